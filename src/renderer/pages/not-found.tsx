import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Headline } from '../parts/basics.tsx'

export function NotFoundPage() {
  const { t } = useTranslation()
  return <Headline sub={t('notFoundSub')}>{t('notFound')}</Headline>
}

/** Where a page itself failed. What it says is not shown: it may hold what was typed. */
export function CrashPage() {
  const { t } = useTranslation()
  return (
    <main>
      <Headline sub={t('crashSub')}>{t('crash')}</Headline>
      <Button onClick={() => location.reload()}>{t('reload')}</Button>
    </main>
  )
}
