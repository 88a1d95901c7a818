import { type FormEvent, useState } from 'react'
import type { Connection, ConnectionKind } from '../../../contract/ipc/connection.ts'
import { host } from '../../host.ts'
import { Field, Problem } from '../../parts/basics.tsx'
import { useAsk } from '../../state.ts'
import { t } from '../../strings.ts'

const KINDS: ConnectionKind[] = ['source', 'target', 'storage']
const CLUSTER = `bootstrap_servers:
  - kafka-1.example.com:9093
security:
  security_protocol: SASL_SSL
  sasl_mechanism: SCRAM-SHA-512
  sasl_username: coffer
  sasl_password: \${KAFKA_PASSWORD}
`
/** What the text starts with: the usual case, to be changed rather than written. */
const TEMPLATES: Record<ConnectionKind, string> = {
  source: CLUSTER,
  target: CLUSTER,
  storage: 'backend: filesystem\npath: /backups\n',
}
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
const BUILT_IN = 'DATE'

interface FormProps {
  /** null: a new one. */
  connection: Connection | null
  onSaved(connection: Connection, thenCheck: boolean): void
  onCancel(): void
}

export function ConnectionForm({ connection, onSaved, onCancel }: FormProps) {
  const [name, setName] = useState(connection?.name ?? '')
  const [kind, setKind] = useState<ConnectionKind>(connection?.kind ?? 'source')
  const [yaml, setYaml] = useState(connection?.yaml ?? TEMPLATES.source)
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const [asked, save] = useAsk<Connection>()
  const names = [...new Set([...yaml.matchAll(VARIABLE)].map(([, found]) => found ?? ''))].filter(
    (one) => one !== BUILT_IN,
  )

  const choose = (next: ConnectionKind) => {
    if (yaml === TEMPLATES[kind]) setYaml(TEMPLATES[next])
    setKind(next)
  }
  const submit = async (thenCheck: boolean) => {
    const typed = Object.fromEntries(names.map((one) => [one, secrets[one] ?? '']).filter(([, value]) => value !== ''))
    const input = { id: connection?.id ?? null, name, kind, yaml, secrets: typed }
    const saved = await save(() => host.call('connections.save', input))
    if (saved !== null) onSaved(saved, thenCheck)
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    void submit(true)
  }
  const busy = asked.state === 'busy'
  const ready = name.trim() !== '' && yaml.trim() !== '' && !busy

  return (
    <form className="card" onSubmit={onSubmit} aria-labelledby="form-title" autoComplete="off">
      <h2 id="form-title">
        {connection === null ? t.connections.form.titleNew : t.connections.form.titleChange(connection.name)}
      </h2>
      <Field id="connection-name" label={t.connections.form.name} hint={t.connections.form.nameHint}>
        <input
          id="connection-name"
          value={name}
          maxLength={200}
          // biome-ignore lint/a11y/noAutofocus: the form opens by its own button, and this is its first field
          autoFocus
          aria-describedby="connection-name-hint"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <fieldset className="choices">
        <legend>{t.connections.form.kind}</legend>
        {KINDS.map((one) => (
          <label key={one}>
            <input type="radio" name="kind" checked={kind === one} onChange={() => choose(one)} />{' '}
            {t.connections.kinds[one]}
          </label>
        ))}
      </fieldset>
      <Field id="connection-text" label={t.connections.form.text} hint={t.connections.form.textHint}>
        <textarea
          id="connection-text"
          className="mono"
          rows={8}
          value={yaml}
          spellCheck={false}
          aria-describedby="connection-text-hint"
          onChange={(event) => setYaml(event.target.value)}
        />
      </Field>
      {names.length > 0 && (
        <fieldset className="secrets">
          <legend>{t.connections.form.secrets}</legend>
          <p className="mute small">{t.connections.form.secretsHint}</p>
          {names.map((one) => (
            <Field key={one} id={`secret-${one}`} label={one} hint={stateOf(connection, one)}>
              <input
                id={`secret-${one}`}
                type="password"
                autoComplete="new-password"
                value={secrets[one] ?? ''}
                aria-describedby={`secret-${one}-hint`}
                onChange={(event) => setSecrets({ ...secrets, [one]: event.target.value })}
              />
            </Field>
          ))}
        </fieldset>
      )}
      <p className="actions">
        <button type="submit" className="btn" disabled={!ready}>
          {t.connections.form.saveAndCheck}
        </button>
        <button type="button" className="btn q" disabled={!ready} onClick={() => void submit(false)}>
          {t.connections.form.save}
        </button>
        <button type="button" className="btn q" onClick={onCancel}>
          {t.app.cancel}
        </button>
      </p>
      {asked.state === 'failed' && <Problem error={asked.error} />}
    </form>
  )
}

function stateOf(connection: Connection | null, name: string): string | undefined {
  const from = connection?.variables.find((one) => one.name === name)?.from
  if (from === 'memory') return t.connections.form.fromMemory
  if (from === 'environment') return t.connections.form.fromEnvironment
  return from === 'missing' ? t.connections.form.missing : undefined
}
