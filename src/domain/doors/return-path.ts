const PATH_MAX = 1024;

/**
 * Where a browser goes after it has signed in: a path of this station, or `/` in place of anything that could lead elsewhere. A browser reads `//host` and
 * `/\host` as another host, and takes tabs and line ends out before it looks (WHATWG URL, 4.4).
 */
export function returnPath(asked: string | undefined): string {
  if (asked === undefined || asked.length > PATH_MAX || !/^\/(?![/\\])[\x21-\x7e]*$/.test(asked) || asked.includes('\\')) return '/';
  return asked;
}
