/** So often a screen that nobody touches asks whether the station has other pages by now. */
const ASKED_MS = 30 * 60_000;

/**
 * Takes over a new build of the pages: a screen stays open for months, and a station that was updated meanwhile may tell what its old page does not know. `isIdle`:
 * nobody stands before it. Returns the function that looks now.
 */
export function followBuilds(isIdle: () => boolean): () => void {
  const own = scriptIn(document.documentElement.outerHTML);
  let isNew = false;
  const reload = () => {
    if (isNew && isIdle()) location.reload();
  };
  const look = async () => {
    const answer = await fetch('/kiosk', { headers: { accept: 'text/html' }, cache: 'no-store' }).catch(() => null);
    if (!answer?.ok) return;
    const theirs = scriptIn(await answer.text());
    isNew ||= own !== null && theirs !== null && theirs !== own;
    reload();
  };
  setInterval(() => void look(), ASKED_MS);
  setInterval(reload, 10_000);
  return () => void look();
}

/** The script of a page, which has a digest in its name. */
function scriptIn(page: string): string | null {
  return /\/assets\/kiosk-[\w-]+\.js/.exec(page)?.[0] ?? null;
}
