import { useTranslation } from 'react-i18next'
import { Headline } from '../../parts/basics.tsx'

export function Page() {
  const { t } = useTranslation('keys')
  return <Headline sub={t('soon', { ns: 'app' })}>{t('headline')}</Headline>
}
