import { Button, Tabs } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { saveAs } from '../../files.ts'
import { bytes, day, moment } from '../../format.ts'
import { Back } from '../../parts/back.tsx'
import { Card, Empty, Headline, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useAsk } from '../../state.ts'
import { SignatureBanner } from './banner.tsx'
import { PdfView } from './pdf-view.tsx'
import { reportPlace } from './place.ts'
import { ReportWords } from './report-words.tsx'
import { SignAgain, Timestamp } from './signing.tsx'
import { findingOver, type Opened, reportName, signerOf, type Verified } from './words.ts'

/** One report: whether its signatures hold, its PDF, the same in words, its files. */
export function ReportPage() {
  const { t } = useTranslation('reports')
  const params = useParams()
  const { reportId = '' } = params
  const location = reportPlace(params)
  // fetched anew at each visit: what is shown and verified is what the storage has now
  const opened = useCall('reports.open', { location, reportId }, { staleTime: 0, gcTime: 0 })
  const ids = opened.data?.files.map((one) => one.file.id) ?? []
  const verified = useCall(
    'reports.verify',
    { files: ids },
    { enabled: ids.length > 0, staleTime: Number.POSITIVE_INFINITY, gcTime: 0 },
  )
  const back = <Back to="/reports">{t('backToList')}</Back>
  if (opened.data === undefined) {
    return (
      <>
        {back}
        <Headline sub={reportId}>{opened.error === null ? t('opening') : t('cantOpen')}</Headline>
        {opened.error !== null && <Problem error={errorOf(opened.error)} />}
      </>
    )
  }
  const { data } = opened
  const pdf = data.files.find((one) => one.ending === 'pdf')
  const busy = opened.isFetching || verified.isFetching
  return (
    <>
      {back}
      <Headline sub={subline(data, reportId, t)}>
        {headlineOf(data, verified.data?.verified, verified.error, t)}
      </Headline>
      <p className="actions page-actions">
        <Button loading={busy} onClick={() => void opened.refetch()}>
          {t('verifyNow')}
        </Button>
        <Downloads opened={data} />
      </p>
      <SignatureBanner
        verified={verified.data?.verified}
        trusted={verified.data?.trusted ?? 0}
        error={verified.error}
      />
      <Card>
        <Tabs className="report-tabs" defaultValue={pdf === undefined ? 'words' : 'pdf'} keepMounted={false}>
          <Tabs.List>
            {pdf !== undefined && <Tabs.Tab value="pdf">{t('tabs.pdf')}</Tabs.Tab>}
            <Tabs.Tab value="words">{t('tabs.words')}</Tabs.Tab>
            <Tabs.Tab value="files">{t('tabs.files')}</Tabs.Tab>
          </Tabs.List>
          {pdf !== undefined && (
            <Tabs.Panel value="pdf">
              <PdfView file={pdf.file} />
            </Tabs.Panel>
          )}
          <Tabs.Panel value="words">
            {data.facts === null ? (
              <Empty title={t('words.noneTitle')}>{t('words.none')}</Empty>
            ) : (
              <ReportWords facts={data.facts} />
            )}
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <Files opened={data} />
          </Tabs.Panel>
        </Tabs>
      </Card>
      <Timestamp
        key={reportId}
        opened={data}
        location={location}
        reportId={reportId}
        onDone={() => void opened.refetch()}
      />
      <SignAgain opened={data} location={location} />
    </>
  )
}

type T = ReturnType<typeof useTranslation<'reports'>>['t']

function headlineOf(opened: Opened, verified: Verified | undefined, error: unknown, t: T): string {
  if (error !== null) return t('verdictLine.failed')
  if (verified === undefined) return t('verdictLine.busy')
  const finding = findingOver(opened, verified)
  return t(`verdictLine.${finding}`, { name: signerOf(verified) ?? t('unknown', { ns: 'app' }) })
}

function subline({ facts, place }: Opened, reportId: string, t: T): string {
  const at = Date.parse(facts?.generatedAt ?? '')
  if (facts === null || Number.isNaN(at)) return `${reportName(reportId, null, t)} · ${place}`
  return t('subOf', {
    report: reportName(reportId, facts.monthly?.month ?? null, t),
    backup: facts.backupId,
    place,
    day: day(at),
    time: moment(at),
  })
}

const MAIN = ['pdf', 'json', 'sig'] as const

function Downloads({ opened }: { opened: Opened }) {
  const { t } = useTranslation('reports')
  const [saved, save] = useAsk<string | null>()
  return (
    <>
      {MAIN.map((ending) => {
        const found = opened.files.find((one) => one.ending === ending)
        if (found === undefined) return null
        return (
          <Button key={ending} variant="default" onClick={() => void save(() => saveAs(found.file))}>
            {t(`download.${ending}`)}
          </Button>
        )
      })}
      {saved.state === 'failed' && <Problem error={saved.error} inside />}
      {saved.state === 'done' && saved.value !== null && (
        <span className="mute small" role="status">
          {t('savedTo', { path: saved.value })}
        </span>
      )}
    </>
  )
}

/** Every file of the report with its digest, for those who check with tools of their own. */
function Files({ opened }: { opened: Opened }) {
  const { t } = useTranslation('reports')
  const [saved, save] = useAsk<string | null>()
  return (
    <>
      <p className="mute small">{t('files.note')}</p>
      <ul className="plain-list">
        {opened.files.map(({ ending, sha256, file }) => (
          <li key={ending} className="between">
            <div>
              <strong>{t(`files.${ending.replaceAll('.', '_')}`, { defaultValue: ending })}</strong>{' '}
              <span className="mute small">
                {file.name} · {bytes(file.size ?? 0)}
              </span>
              <div className="mute digest">
                SHA-256 <code>{sha256}</code>
              </div>
            </div>
            <Button
              variant="default"
              size="xs"
              aria-label={t('files.downloadOf', { name: file.name })}
              onClick={() => void save(() => saveAs(file))}
            >
              {t('download', { ns: 'app' })}
            </Button>
          </li>
        ))}
      </ul>
      {saved.state === 'failed' && <Problem error={saved.error} inside />}
    </>
  )
}
