import { useTranslation } from 'react-i18next'
import { PreviewPanel } from './preview/preview-panel.tsx'
import { useOpenedPackage } from './preview/use-preview.ts'

/** The records that a package holds. */
export function OpenedPackage({ id, file }: { id: string; file: string }) {
  const { t } = useTranslation('requests')
  return <PreviewPanel title={t('package.inside')} preview={useOpenedPackage(id, file)} ofPackage />
}
