import i18next, { type i18n as I18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './locales/en/index.ts'
import { pseudo } from './pseudo.ts'

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

export const i18n: I18n = i18next

/**
 * All words of the window: a namespace for each page and `app` for what they share. English is built in, another
 * language is loaded when it is chosen. `en-XA` is the pseudo-locale: English with accents and brackets, which shows
 * what stands outside of the files.
 */
export async function startWords(language: string): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en },
    lng: 'en',
    fallbackLng: 'en',
    ns: Object.keys(en),
    defaultNS: 'app',
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  await speak(language)
}

let asked = 0

/** Changes the language, and the document's with it. One whose words took long to come gives way to what was asked for since. */
export async function speak(language: string): Promise<void> {
  const mine = ++asked
  if (!i18next.hasResourceBundle(language, 'app')) {
    const words: Record<string, object> =
      language === 'de' ? (await import('./locales/de/index.ts')).de : language === 'en-XA' ? pseudo(en) : {}
    for (const [namespace, texts] of Object.entries(words)) i18next.addResourceBundle(language, namespace, texts)
  }
  if (mine !== asked) return
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

/** What the browser or system asks for, of what there is. */
export function preferredLanguage(): Language {
  for (const wanted of navigator.languages) {
    const found = LANGUAGES.find((one) => wanted.toLowerCase().split('-')[0] === one)
    if (found !== undefined) return found
  }
  return 'en'
}
