import { START_ADDRESS } from './protocol.ts'

/** The window's pages that the desktop leads to by itself: the renderer's routes. */
export const PAGES = {
  start: '/',
  jobs: '/jobs',
  verify: '/verify',
  activity: '/activity',
  settings: '/settings',
} as const
export type PageName = keyof typeof PAGES

/** A page's address. @param files held files that it is to begin with */
export function addressOf(page: PageName, files: readonly string[] = []): string {
  if (page === 'start') return START_ADDRESS
  const query = new URLSearchParams(files.map((id) => ['file', id])).toString()
  return `${START_ADDRESS}#${PAGES[page]}${query === '' ? '' : `?${query}`}`
}
