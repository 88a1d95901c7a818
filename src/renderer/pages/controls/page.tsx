import './controls.css'
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Route, Routes } from 'react-router'
import { Headline, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { useControlWords } from './control-words.ts'
import { FrameworkPage } from './framework-page.tsx'
import { FrameworksPage } from './frameworks-page.tsx'

export function Page() {
  const { t } = useTranslation('controls')
  // Every report is read and verified for this: what was known is shown meanwhile.
  const asked = useCall('controls.get', null, { staleTime: 5_000 })
  const words = useControlWords(asked.data?.controls.frameworks ?? [])
  if (asked.data === undefined || words === null) {
    return (
      <>
        <Headline sub={t('sub')}>{asked.error === null ? t('reading') : t('failed')}</Headline>
        {asked.error !== null && (
          <>
            <Problem error={errorOf(asked.error)} />
            <Button onClick={() => void asked.refetch()}>{t('retry', { ns: 'app' })}</Button>
          </>
        )}
      </>
    )
  }
  const again = () => void asked.refetch()
  return (
    <Routes>
      <Route path=":framework" element={<FrameworkPage data={asked.data} words={words} />} />
      <Route
        path="*"
        element={<FrameworksPage data={asked.data} words={words} busy={asked.isFetching} onAgain={again} />}
      />
    </Routes>
  )
}
