import type { MantineColorScheme, MantineColorSchemeManager } from '@mantine/core'

/** How the window looks, before the first page is drawn: theme, contrast, language. */
export interface Look {
  theme: MantineColorScheme
  contrast: 'more' | 'system'
  /** null: what the system speaks. */
  language: string | null
}

const DEFAULT: Look = { theme: 'auto', contrast: 'system', language: null }
const KEY = 'coffer.look'

/** What was chosen. A browser keeps it for each address, so that the web host's port would forget it: see settings. */
export async function readLook(): Promise<Look> {
  try {
    const wanted = new URLSearchParams(location.hash.split('?')[1] ?? '').get('language')
    const kept = { ...DEFAULT, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>) }
    return wanted === null ? kept : { ...kept, language: wanted }
  } catch {
    return DEFAULT
  }
}

export function keepLook(look: Look): void {
  localStorage.setItem(KEY, JSON.stringify(look))
}

export function applyContrast({ contrast }: Look): void {
  const more = contrast === 'more' || matchMedia('(prefers-contrast: more)').matches
  document.documentElement.dataset.contrast = more ? 'more' : 'normal'
}

/** Mantine's manager without its own local storage: the settings page keeps what was chosen. */
export function colourScheme(first: MantineColorScheme): MantineColorSchemeManager {
  let current = first
  return {
    get: () => current,
    set: (value) => {
      current = value
    },
    subscribe: () => {},
    unsubscribe: () => {},
    clear: () => {
      current = DEFAULT.theme
    },
  }
}
