import { Button, PasswordInput, Radio, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection, ConnectionKind, ConnectionPurpose } from '../../../contract/ipc/connection.ts'
import { Card, Problem } from '../../parts/basics.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { ClusterForm, StorageForm, type TypedSecrets } from './fields.tsx'
import { type ConnectionFields, emptyFields, fieldsOf, textOf, variableFor } from './form-text.ts'

const KINDS: ConnectionKind[] = ['source', 'target', 'storage']
const PURPOSES: ConnectionPurpose[] = ['production', 'validation']
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
const BUILT_IN = 'DATE'
const NO_SECRETS: TypedSecrets = { password: '', keyPassword: '', accessKey: '', secretKey: '' }

interface FormProps {
  /** null: a new one. */
  connection: Connection | null
  onSaved(connection: Connection, thenCheck: boolean): void
  onCancel(): void
}

export function ConnectionForm({ connection, onSaved, onCancel }: FormProps) {
  const { t } = useTranslation('connections')
  const [name, setName] = useState(connection?.name ?? '')
  const [kind, setKind] = useState<ConnectionKind>(connection?.kind ?? 'source')
  const [purpose, setPurpose] = useState<ConnectionPurpose>(connection?.purpose ?? 'production')
  const known = connection === null ? emptyFields() : fieldsOf(connection.kind, connection.yaml)
  const [fields, setFields] = useState<ConnectionFields>(known ?? emptyFields())
  const [asText, setAsText] = useState(known === null)
  const [text, setText] = useState(connection?.yaml ?? '')
  const [typed, setTyped] = useState(NO_SECRETS)
  const [byName, setByName] = useState<Record<string, string>>({})
  const save = useAct('connections.save', ['connections.list', 'overview.get'])

  const kept = (variable: string) => {
    const from = connection?.variables.find((one) => one.name === variable)?.from
    return from === undefined ? undefined : t(`form.from.${from}`)
  }
  const named = [...new Set([...text.matchAll(VARIABLE)].map(([, one]) => one ?? ''))].filter((one) => one !== BUILT_IN)
  const submit = (thenCheck: boolean) => {
    const made = asText ? { yaml: text, secrets: filled(named, byName) } : written(name, kind, fields, typed)
    const input = { id: connection?.id ?? null, name, kind, purpose: kind === 'storage' ? null : purpose, ...made }
    save.mutate(input, { onSuccess: (saved) => onSaved(saved, thenCheck) })
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    submit(true)
  }
  const toText = (wanted: boolean) => {
    if (wanted) setText(written(name, kind, fields, typed).yaml)
    else {
      const read = fieldsOf(kind, text)
      if (read !== null) setFields(read)
    }
    setAsText(wanted)
  }
  const shared = {
    secrets: typed,
    onSecret: (change: Partial<TypedSecrets>) => setTyped({ ...typed, ...change }),
    kept,
  }

  return (
    <Card title={connection === null ? t('form.titleNew') : t('form.titleChange', { name: connection.name })}>
      <form className="stack" onSubmit={onSubmit} autoComplete="off">
        <TextInput
          label={t('form.name')}
          description={t('form.nameHint')}
          value={name}
          maxLength={200}
          required
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Radio.Group label={t('form.kind')} value={kind} onChange={(one) => setKind(one as ConnectionKind)}>
          <div className="choices-row">
            {KINDS.map((one) => (
              <Radio key={one} value={one} label={t(`kinds.${one}`)} />
            ))}
          </div>
        </Radio.Group>
        {kind !== 'storage' && (
          <Radio.Group
            label={t('form.purpose')}
            description={t('form.purposeHint')}
            value={purpose}
            onChange={(one) => setPurpose(one as ConnectionPurpose)}
          >
            <div className="choices-row">
              {PURPOSES.map((one) => (
                <Radio key={one} value={one} label={t(`purposes.${one}`)} />
              ))}
            </div>
          </Radio.Group>
        )}
        {asText ? (
          <>
            <Textarea
              label={t('form.text')}
              description={t('form.textHint', { variable: `$\{NAME}` })}
              className="mono-area"
              rows={8}
              value={text}
              spellCheck={false}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            {named.map((one) => (
              <PasswordInput
                key={one}
                label={one}
                description={kept(one)}
                value={byName[one] ?? ''}
                autoComplete="new-password"
                onChange={(event) => setByName({ ...byName, [one]: event.currentTarget.value })}
              />
            ))}
          </>
        ) : kind === 'storage' ? (
          <StorageForm
            {...shared}
            value={fields.storage}
            onChange={(change) => setFields({ ...fields, storage: { ...fields.storage, ...change } })}
          />
        ) : (
          <ClusterForm
            {...shared}
            value={fields.cluster}
            onChange={(change) => setFields({ ...fields, cluster: { ...fields.cluster, ...change } })}
          />
        )}
        <Switch
          label={t('form.asText')}
          checked={asText}
          disabled={asText && fieldsOf(kind, text) === null}
          onChange={(event) => toText(event.currentTarget.checked)}
        />
        <p className="actions">
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
            {t('form.saveAndCheck')}
          </Button>
          <Button variant="default" disabled={name.trim() === '' || save.isPending} onClick={() => submit(false)}>
            {t('save', { ns: 'app' })}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('cancel', { ns: 'app' })}
          </Button>
        </p>
        {save.error !== null && <Problem error={errorOf(save.error)} />}
      </form>
    </Card>
  )
}

const filled = (names: readonly string[], values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(names.map((one) => [one, values[one] ?? '']).filter(([, value]) => value !== ''))

/** The text of the fields, with a variable for each secret that was typed or is kept, and the values that were typed. */
function written(
  name: string,
  kind: ConnectionKind,
  fields: ConnectionFields,
  typed: TypedSecrets,
): { yaml: string; secrets: Record<string, string> } {
  const secrets: Record<string, string> = {}
  const variable = (current: string, what: string, value: string): string => {
    const use = current !== '' || value === '' ? current : variableFor(name, what)
    if (value !== '') secrets[use] = value
    return use
  }
  const { cluster, storage } = fields
  const yaml = textOf(kind, {
    cluster: {
      ...cluster,
      passwordVariable: variable(cluster.passwordVariable, 'PASSWORD', typed.password),
      keyPasswordVariable: variable(cluster.keyPasswordVariable, 'KEY_PASSWORD', typed.keyPassword),
    },
    storage: {
      ...storage,
      accessKeyVariable: variable(storage.accessKeyVariable, 'ACCESS_KEY', typed.accessKey),
      secretKeyVariable: variable(storage.secretKeyVariable, 'SECRET_KEY', typed.secretKey),
    },
  })
  const used = new Set([...yaml.matchAll(VARIABLE)].map(([, one]) => one ?? ''))
  return { yaml, secrets: Object.fromEntries(Object.entries(secrets).filter(([one]) => used.has(one))) }
}
