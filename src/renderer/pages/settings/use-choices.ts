import { useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { Settings } from '../../../contract/ipc/settings.ts'
import { setClock } from '../../format.ts'
import { host } from '../../host.ts'
import { preferredLanguage, speak } from '../../i18n.ts'
import { beforeLeaving } from '../../leaving.ts'
import { applyContrast, lookOf } from '../../look.ts'
import { type Choice, Choices } from './choices.ts'

/** The settings as they are shown, which the window's look and language follow at once. */
export function useChoices(read: Settings): { shown: Settings; error: unknown; set(choice: Choice<Settings>): void } {
  const client = useQueryClient()
  const [, draw] = useState(0)
  const [choices] = useState(
    () =>
      new Choices<Settings>(
        read,
        async (change) => {
          const now = await host.call('settings.set', change)
          client.setQueryData(['settings.get', null], now)
          void client.invalidateQueries({ queryKey: ['overview.get'] })
          return now
        },
        () => draw((n) => n + 1),
      ),
  )
  const { shown } = choices
  useLook(shown)
  const set = (choice: Choice<Settings>) => {
    // also where another page is shown by then
    const stay = beforeLeaving(() => choices.flush())
    void choices.choose(choice).finally(stay)
  }
  return { shown, error: choices.error, set }
}

/** From the first choice on: what the window began with may have been asked for otherwise. */
function useLook({ theme, language, clock }: Settings): void {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const before = useRef({ theme, language })
  useEffect(() => {
    const look = lookOf({ theme, language })
    if (before.current.theme !== theme) {
      applyContrast(look)
      setColorScheme(look.theme)
    }
    if (before.current.language !== language) void speak(look.language ?? preferredLanguage())
    before.current = { theme, language }
  }, [theme, language, setColorScheme])
  useEffect(() => setClock(clock), [clock])
}
