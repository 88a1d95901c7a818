import { Autocomplete, Button, PasswordInput, Radio, Select, Switch, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { saidOf } from '../../../contract/said/said.ts'
import { locale } from '../../format.ts'
import { Back } from '../../parts/back.tsx'
import { Card, Empty, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { JobProgress } from '../../parts/progress.tsx'
import { Told } from '../../parts/told.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf, useJob } from '../../state.ts'
import { isTimestampUrl } from './signing.tsx'
import { outcomeTone } from './words.ts'

const MONTHS = 36

/** `2026-11` and the months before it, with their names. */
function months(): { value: string; label: string }[] {
  const now = new Date()
  const name = new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric', timeZone: 'UTC' })
  return Array.from({ length: MONTHS }, (_, back) => {
    const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))
    return { value: at.toISOString().slice(0, 7), label: name.format(at) }
  })
}

/** The report of a month over the history of a backup, signed as 21 CFR 11.50 asks: name, time, meaning. */
export function NewMonthly() {
  const { t } = useTranslation('reports')
  const [query] = useSearchParams()
  const connections = useCall('connections.list', null)
  const signers = useCall('reports.signers', null)
  const storages = (connections.data ?? []).filter((one) => one.kind === 'storage')
  const [chosenStorage, setStorage] = useState<string | null>(query.get('storage'))
  const storage = chosenStorage ?? (storages.length === 1 ? (storages[0]?.id ?? null) : null)
  const known = storages.some((one) => one.id === storage)
  const backups = useCall(
    'archives.list',
    { location: { connectionId: storage ?? '' } },
    { enabled: storage !== null && known },
  )
  const ids = (backups.data?.backups ?? []).map((one) => one.backup_id)
  const [chosenBackup, setBackup] = useState<string | null>(query.get('backup'))
  const backup = ids.find((one) => one === chosenBackup) ?? (ids.length === 1 ? (ids[0] ?? null) : null)
  const choices = months()
  const [month, setMonth] = useState(query.get('month') ?? choices[1]?.value ?? '')
  const [deep, setDeep] = useState(false)
  const [page, setPage] = useState<'A4' | 'Letter'>('A4')
  const keys = (signers.data?.keys ?? []).filter((one) => one.usable)
  const [wanted, setSigned] = useState(true)
  const signed = wanted && keys.length > 0
  const [chosenKey, setKey] = useState<string | null>(null)
  const key = keys.find((one) => one.name === chosenKey) ?? keys[0]
  const [name, setName] = useState('')
  const [role, setRole] = useState('')
  const [meaning, setMeaning] = useState('')
  const [url, setUrl] = useState('')
  const [passphrase, setPassphrase] = useState('')
  const [jobId, setJobId] = useState<string | null>(null)
  const make = useAct('reports.makeMonthly', ['reports.list', 'reports.signers', 'controls.get'])

  const asksPassphrase = signed && key?.keptIn === 'file' && signers.data?.passphrase === false
  const urlOk = url.trim() === '' || isTimestampUrl(url)
  const person = name.trim() !== '' && role.trim() !== '' && meaning.trim() !== ''
  const ready =
    storage !== null &&
    backup !== null &&
    month !== '' &&
    (!signed || (person && urlOk && (!asksPassphrase || passphrase !== '')))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!ready) return
    const signing =
      signed && key !== undefined
        ? {
            key: key.name,
            name: name.trim(),
            role: role.trim(),
            meaning: meaning.trim(),
            timestampUrl: url.trim() === '' ? null : url.trim(),
          }
        : null
    make.mutate(
      {
        connectionId: storage,
        backupId: backup,
        month,
        deep,
        page,
        signing,
        passphrase: asksPassphrase ? passphrase : null,
      },
      {
        onSuccess: (started) => {
          setPassphrase('')
          setJobId(started.jobId)
        },
      },
    )
  }

  const back = <Back to="/reports">{t('backToList')}</Back>
  if (connections.data !== undefined && storages.length === 0) {
    return (
      <>
        {back}
        <Headline sub={t('new.sub')}>{t('new.title')}</Headline>
        <Empty
          title={t('none.storageTitle')}
          action={
            <Button component={Link} to="/connections">
              {t('none.storageAction')}
            </Button>
          }
        >
          {t('none.storage')}
        </Empty>
      </>
    )
  }
  if (jobId !== null && storage !== null) {
    return (
      <>
        {back}
        <Running jobId={jobId} connectionId={storage} onAgain={() => setJobId(null)} />
      </>
    )
  }
  return (
    <>
      {back}
      <Headline sub={t('new.sub')}>{t('new.title')}</Headline>
      {connections.error !== null && <Problem error={errorOf(connections.error)} />}
      <form onSubmit={submit} autoComplete="off">
        <Card title={t('new.about')}>
          <div className="field-row">
            <Select
              label={t('new.storage')}
              data={storages.map((one) => ({ value: one.id, label: one.name }))}
              value={storage}
              allowDeselect={false}
              onChange={(value) => {
                setStorage(value)
                setBackup(null)
              }}
            />
            <Select
              label={t('new.backup')}
              data={ids}
              value={backup}
              allowDeselect={false}
              disabled={ids.length === 0}
              searchable={ids.length > 10}
              nothingFoundMessage={t('none', { ns: 'app' })}
              onChange={setBackup}
            />
            <Select
              label={t('new.month')}
              data={choices}
              value={month}
              allowDeselect={false}
              onChange={(value) => value !== null && setMonth(value)}
            />
          </div>
          {month === choices[0]?.value && <p className="mute small">{t('new.notOver')}</p>}
          {backups.error !== null && <Problem error={errorOf(backups.error)} inside />}
          {backups.data !== undefined && ids.length === 0 && <p>{t('new.noBackups')}</p>}
          <Switch
            mt="md"
            label={t('new.deep')}
            description={t('new.deepHint')}
            checked={deep}
            onChange={(event) => setDeep(event.currentTarget.checked)}
          />
          <Radio.Group
            mt="md"
            label={t('new.page')}
            value={page}
            onChange={(value) => setPage(value as 'A4' | 'Letter')}
          >
            <div className="choices-row">
              <Radio value="A4" label="A4" />
              <Radio value="Letter" label="Letter" />
            </div>
          </Radio.Group>
        </Card>
        <Card title={t('new.signature')}>
          {signers.error !== null && <Problem error={errorOf(signers.error)} inside />}
          {signers.data !== undefined && keys.length === 0 && (
            <div className="between">
              <p>
                <Pill tone="warn">{t('unsigned')}</Pill> {t('new.noKeys')}
              </p>
              <Button component={Link} to="/keys" variant="default">
                {t('new.makeKey')}
              </Button>
            </div>
          )}
          {keys.length > 0 && (
            <div className="stack">
              <Switch
                label={t('new.sign')}
                checked={signed}
                onChange={(event) => setSigned(event.currentTarget.checked)}
              />
              {!signed && <p>{t('new.unsignedNote')}</p>}
            </div>
          )}
          {signed && (
            <div className="stack signing">
              <p className="mute small">{t('new.part11')}</p>
              <Select
                label={t('new.key')}
                data={keys.map((one) => ({
                  value: one.name,
                  label: one.owner === one.name ? one.name : `${one.name} (${one.owner})`,
                }))}
                value={key?.name ?? null}
                allowDeselect={false}
                onChange={setKey}
              />
              <div className="field-row">
                <TextInput
                  label={t('new.name')}
                  value={name}
                  maxLength={200}
                  required
                  onChange={(event) => setName(event.currentTarget.value)}
                />
                <TextInput
                  label={t('new.role')}
                  value={role}
                  maxLength={200}
                  required
                  onChange={(event) => setRole(event.currentTarget.value)}
                />
              </div>
              <Autocomplete
                label={t('new.meaning')}
                description={t('new.meaningHint')}
                data={[t('new.meanings.reviewed'), t('new.meanings.approved'), t('new.meanings.authored')]}
                value={meaning}
                maxLength={500}
                required
                onChange={setMeaning}
              />
              <TextInput
                label={t('new.timestamp')}
                description={t('new.timestampHint')}
                placeholder="https://"
                value={url}
                spellCheck={false}
                error={urlOk ? undefined : t('timestamp.wrong')}
                onChange={(event) => setUrl(event.currentTarget.value)}
              />
              {asksPassphrase && (
                <PasswordInput
                  label={t('new.passphrase')}
                  description={t('new.passphraseHint')}
                  value={passphrase}
                  autoComplete="off"
                  onChange={(event) => setPassphrase(event.currentTarget.value)}
                />
              )}
            </div>
          )}
        </Card>
        <p className="actions">
          <Button type="submit" disabled={!ready} loading={make.isPending}>
            {signed ? t('new.makeSigned') : t('new.makeUnsigned')}
          </Button>
          {!ready && <span className="mute small">{t('new.missing')}</span>}
        </p>
        {make.error !== null && <Problem error={errorOf(make.error)} />}
      </form>
    </>
  )
}

function Running({ jobId, connectionId, onAgain }: { jobId: string; connectionId: string; onAgain(): void }) {
  const { t } = useTranslation('reports')
  const job = useJob(jobId)
  const outcome = job?.outcome ?? null
  if (job === null || outcome === null) {
    return (
      <>
        <Headline sub={t('new.makingSub')}>{t('new.making')}</Headline>
        {job !== null && (
          <Card>
            <JobProgress job={job} />
          </Card>
        )}
      </>
    )
  }
  if (outcome.state === 'failed' || outcome.result.kind !== 'monthly-report') {
    return (
      <>
        <Headline sub={t('new.notMadeSub')}>{t('new.notMade')}</Headline>
        {outcome.state === 'failed' && <Problem error={outcome.error} />}
        <Button onClick={onAgain}>{t('back', { ns: 'app' })}</Button>
      </>
    )
  }
  const { reportId, evidence, overall, reason, said, deep, deepChecks, openFindingsTotal, warnings, sayings } =
    outcome.result
  // what somebody has to look at takes the green away, though every check passed
  const shown = overall === 'PASSED' && openFindingsTotal > 0 ? 'WARNING' : overall
  const tone = outcomeTone(shown)
  return (
    <>
      <Headline sub={t('new.madeSub', { backup: outcome.result.backupId, month: outcome.result.month })}>
        {evidence.signed ? t('new.madeSigned', { name: evidence.signedBy }) : t('new.madeUnsigned')}
      </Headline>
      <Card tone={tone}>
        <p role="status">
          <Pill tone={tone}>{t(`outcome.${shown}`)}</Pill>{' '}
          {openFindingsTotal > 0 ? t('new.findings', { count: openFindingsTotal }) : t('new.noFindings')}
        </p>
        {overall !== 'PASSED' && (
          <p>
            <Told text={reason} said={said} />
          </p>
        )}
        <p className="mute small">
          {deep ? t('new.wasDeep') : deepChecks > 0 ? t('new.deepBefore', { count: deepChecks }) : t('new.notDeep')}
        </p>
        {warnings.length > 0 && (
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>
                <Told text={warning} said={saidOf(warning, sayings)} />
              </li>
            ))}
          </ul>
        )}
        <p className="actions">
          <Button component={Link} to={`/reports/${connectionId}/${reportId}`}>
            {t('new.open')}
          </Button>
          <Button variant="default" onClick={onAgain}>
            {t('new.another')}
          </Button>
        </p>
      </Card>
    </>
  )
}
