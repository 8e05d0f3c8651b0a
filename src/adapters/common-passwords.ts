/** Passwords that are tried first, lower case. They take 20 MB while they are loaded, so they are loaded only when somebody chooses a password. */
export async function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].map((word) => word.toLowerCase()));
}
