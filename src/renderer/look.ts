import type { MantineColorScheme, MantineColorSchemeManager } from '@mantine/core'
import { DEFAULT_SETTINGS, type Settings } from '../contract/ipc/settings.ts'
import { setClock } from './format.ts'
import { host } from './host.ts'

/** How the window looks, before the first page is drawn: theme, contrast, language. */
export interface Look {
  theme: MantineColorScheme
  contrast: 'more' | 'system'
  /** null: what the system speaks. */
  language: string | null
}

export function lookOf({ theme, language }: Pick<Settings, 'theme' | 'language'>): Look {
  return {
    theme: theme === 'system' || theme === 'contrast' ? 'auto' : theme,
    contrast: theme === 'contrast' ? 'more' : 'system',
    language: language === 'system' ? null : language,
  }
}

/** What was chosen in the settings; `?language=` behind the hash is for tests, and wins. */
export async function readLook(): Promise<Look> {
  const settings = await host.call('settings.get', null).catch(() => DEFAULT_SETTINGS)
  setClock(settings.clock)
  const look = lookOf(settings)
  const wanted = new URLSearchParams(location.hash.split('?')[1] ?? '').get('language')
  return wanted === null ? look : { ...look, language: wanted }
}

export function applyContrast({ contrast }: Look): void {
  const more = contrast === 'more' || matchMedia('(prefers-contrast: more)').matches
  document.documentElement.dataset.contrast = more ? 'more' : 'normal'
}

/** Mantine's manager without its own local storage: the settings keep what was chosen. */
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
      current = 'auto'
    },
  }
}
