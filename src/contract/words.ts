/** Numbers as people read them, wherever a sentence has one. */

/** `1,234,567`; whole numbers only. By hand, since loading a locale's rules takes longer than many a command. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 record`, `2 records` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
