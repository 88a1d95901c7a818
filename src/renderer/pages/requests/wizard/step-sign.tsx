import { Checkbox, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Signer } from '../../../../contract/ipc/calls/requests.ts'
import type { ExtractionSpec } from '../../../../contract/requests/spec.ts'
import { saidOf } from '../../../../contract/said/said.ts'
import { bytes, day } from '../../../format.ts'
import { Card, Problem } from '../../../parts/basics.tsx'
import { CopyText } from '../../../parts/copy-text.tsx'
import { Told } from '../../../parts/told.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { FilterLine } from '../filter-line.tsx'
import type { StepProps } from './edit.tsx'
import { MakeSigner } from './make-signer.tsx'
import { useMaskKey } from './mask-key.ts'
import { readingTime } from './step-window.tsx'

const FORMATS = ['csv', 'parquet', 'dat'] as const

/** Formats, the key that signs, and in words what will happen. */
export function StepSign({ id, spec, change }: StepProps) {
  const { t } = useTranslation('requests')
  const signers = useCall('requests.signers', null)
  const maskKey = useMaskKey(spec)
  const yaml = useCall('requests.yaml', { id, spec })
  return (
    <>
      {maskKey === 'missing' && (
        <Card title={t('sign.whatHappens')}>
          <p className="warn-text">{t('sign.noMaskKey', { step: t('steps.mask') })}</p>
        </Card>
      )}
      {(maskKey === 'unneeded' || maskKey === 'there') && <Estimate id={id} spec={spec} />}
      <div className="row">
        <Card title={t('sign.formats')}>
          <p className="mute">{t('sign.always')}</p>
          {FORMATS.map((format) => (
            <Checkbox
              key={format}
              className="choice"
              label={t(`sign.format.${format}`)}
              checked={spec.formats.includes(format)}
              onChange={(event) =>
                change({
                  formats: event.currentTarget.checked
                    ? [...spec.formats, format]
                    : spec.formats.filter((one) => one !== format),
                })
              }
            />
          ))}
        </Card>
        <Card title={t('sign.signature')}>
          {signers.error !== null && <Problem error={errorOf(signers.error)} inside />}
          {signers.data !== undefined && <Keys signers={signers.data} spec={spec} change={change} />}
        </Card>
      </div>
      {yaml.data?.problem != null && (
        <Problem
          error={{
            code: 'CONFIG_INVALID_VALUE',
            message: yaml.data.problem.message,
            ...(yaml.data.problem.hint === null ? {} : { hint: yaml.data.problem.hint }),
          }}
        />
      )}
      {yaml.data !== undefined && (
        <details className="card">
          <summary>{t('sign.file')}</summary>
          <p className="mute">{t('sign.fileHint')}</p>
          <CopyText text={yaml.data.text} label={t('sign.file')} />
        </details>
      )}
    </>
  )
}

interface KeysProps {
  signers: readonly Signer[]
  spec: ExtractionSpec
  change: StepProps['change']
}

function Keys({ signers, spec, change }: KeysProps) {
  const { t } = useTranslation('requests')
  const usable = signers.filter(({ status }) => status === 'usable' || status === 'bare')
  if (usable.length === 0) return <MakeSigner onMade={(key) => change({ key })} />
  const chosen = usable.find(({ name }) => name === spec.key)
  return (
    <>
      <Select
        label={t('sign.key')}
        placeholder={t('sign.noKey')}
        data={usable.map(({ name, subject }) => ({
          value: name,
          label: subject === null ? name : `${name} · ${subject}`,
        }))}
        value={spec.key}
        clearable
        clearButtonProps={{ 'aria-label': t('sign.noKey') }}
        onChange={(key) => change({ key })}
      />
      {spec.key === null ? (
        <p className="warn-text small">{t('sign.unsigned')}</p>
      ) : (
        <>
          {chosen?.until != null && (
            <p className="mute small">{t('sign.until', { day: day(Date.parse(chosen.until)) })}</p>
          )}
          <TextInput
            label={t('sign.role')}
            value={spec.role}
            maxLength={200}
            onChange={(event) => change({ role: event.currentTarget.value })}
          />
          <TextInput
            label={t('sign.meaning')}
            description={t('sign.meaningHint')}
            value={spec.meaning}
            maxLength={500}
            onChange={(event) => change({ meaning: event.currentTarget.value })}
          />
        </>
      )}
      <p className="small spaced">
        <Link className="roomy" to="/keys">
          {t('sign.moreKeys')}
        </Link>
      </p>
    </>
  )
}

/** What will happen, how long it takes, and what can't be undone. */
function Estimate({ id, spec }: { id: string; spec: ExtractionSpec }) {
  const { t } = useTranslation('requests')
  // neither formats nor keys change what is read
  const asked = { ...spec, formats: [], key: null, role: '', meaning: '' }
  const { data, error, isPending } = useCall('requests.estimate', { id, spec: asked })
  if (isPending) return <p role="status">{t('sign.estimating')}</p>
  if (error !== null) return <Problem error={errorOf(error)} />
  if (data.kind !== 'extract') return null
  return (
    <Card title={t('sign.whatHappens')}>
      <p className="big">{t('sign.atMost', { count: data.records })}</p>
      <ul className="plain-list">
        <li>
          {t('sign.reads', {
            segments: t('sign.segments', { count: data.segmentsToRead }),
            size: bytes(data.storedBytes),
            time: readingTime(data.bytes, t),
          })}{' '}
          {data.segmentsSkipped > 0 &&
            t('sign.skips', { segments: t('sign.segments', { count: data.segmentsSkipped }) })}
        </li>
        <li>
          {data.filter === null ? (
            t('sign.noFilter')
          ) : (
            <FilterLine intro={t('sign.filter')} filter={data.filter} said={saidOf(data.filter, data.sayings)} />
          )}
        </li>
        <li>{spec.mask.length === 0 ? t('sign.noMask') : t('sign.masks', { count: spec.mask.length })}</li>
        <li>{t('sign.output', { path: data.output })}</li>
        <li>{t('sign.cannotUndo')}</li>
      </ul>
      {data.records === 0 && <p className="warn-text">{t('sign.nothing')}</p>}
      {data.warnings.map((warning) => (
        <p key={warning} className="warn-text small">
          <Told text={warning} said={saidOf(warning, data.sayings)} />
        </p>
      ))}
    </Card>
  )
}
