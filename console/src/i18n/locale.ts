/**
 * How figures and instants are written in a language: as in the reader's own country where the browser names one, as the
 * thousands of Colombia have a point, and those of Spain begin at ten thousand.
 */
export function localeOf(language: string, browser: readonly string[] = navigator.languages): string {
  return browser.find((tag) => tag.toLowerCase().split("-")[0] === language && isKnown(tag)) ?? language;
}

/** Some systems hand their browser tags such as `en-US@posix`, at which `Intl` throws. */
function isKnown(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
