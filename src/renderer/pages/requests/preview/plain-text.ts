/**
 * What can't be seen, or turns the order of what stands around it (UAX #9, explicit directional formatting): in evidence
 * it must not make a record read as something else. Tab and line ends stay, and so do joiners, which scripts and emoji need.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** A text of a record as it may be shown: what hides in it stands there by its number, such as `⟨U+202E⟩`. */
export const plainText = (text: string): string =>
  text.replaceAll(UNSEEN, (one) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
