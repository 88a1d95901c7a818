import { Button, PasswordInput, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HeldFile } from '../../../contract/ipc/calls/files.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { saidOf } from '../../../contract/said/said.ts'
import { pickFiles } from '../../files.ts'
import { AskApproval, needsApproval } from '../../parts/ask-approval.tsx'
import { Card, Problem } from '../../parts/basics.tsx'
import { useFirstFocus } from '../../parts/focus.ts'
import { Told } from '../../parts/told.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

const ALGORITHMS = ['P-256', 'P-384', 'Ed25519'] as const

/** @param onDone told the name of the key that was made; null where none was */
export function CreateKey({ onDone }: { onDone(made: string | null): void }) {
  const { t } = useTranslation('keys')
  const [name, setName] = useState('')
  const [owner, setOwner] = useState('')
  const [organisation, setOrganisation] = useState('')
  const [algorithm, setAlgorithm] = useState<(typeof ALGORITHMS)[number]>('P-256')
  const create = useAct('keys.create', ['keys.list'])
  const first = useFirstFocus<HTMLInputElement>()
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    create.mutate(
      { name, owner, organisation: organisation.trim() || null, algorithm },
      { onSuccess: () => onDone(name.trim()) },
    )
  }
  return (
    <Card title={t('create.title')}>
      <form className="stack" onSubmit={submit}>
        <p className="mute">{t('create.text')}</p>
        <TextInput
          ref={first}
          label={t('create.name')}
          description={t('create.nameHint')}
          value={name}
          required
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className="field-row">
          <TextInput
            label={t('create.owner')}
            value={owner}
            required
            onChange={(event) => setOwner(event.currentTarget.value)}
          />
          <TextInput
            label={t('create.organisation')}
            value={organisation}
            onChange={(event) => setOrganisation(event.currentTarget.value)}
          />
          <Select
            label={t('create.algorithm')}
            data={ALGORITHMS.map((one) => ({ value: one, label: t(`create.algorithms.${one}`) }))}
            value={algorithm}
            allowDeselect={false}
            onChange={(one) => one !== null && setAlgorithm(one as (typeof ALGORITHMS)[number])}
          />
        </div>
        <p className="actions">
          <Button type="submit" loading={create.isPending} disabled={name.trim() === '' || owner.trim() === ''}>
            {t('create.action')}
          </Button>
          <Button variant="default" onClick={() => onDone(null)}>
            {t('cancel', { ns: 'app' })}
          </Button>
        </p>
      </form>
      <Failure error={create.error} onPassphrase={() => submit()} />
      {create.error !== null && needsApproval(errorOf(create.error)) && (
        <AskApproval wanted={{ kind: 'keys', action: 'create', name: name.trim() }} />
      )}
    </Card>
  )
}

/** @param onDone as that of `CreateKey` */
export function ImportKey({ onDone }: { onDone(made: string | null): void }) {
  const { t } = useTranslation('keys')
  const [name, setName] = useState('')
  const [file, setFile] = useState<HeldFile | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [unread, setUnread] = useState<unknown>(null)
  const [warned, setWarned] = useState<CallOutput<'keys.import'> | null>(null)
  const bring = useAct('keys.import', ['keys.list'])
  const first = useFirstFocus<HTMLInputElement>()
  const choose = async () => {
    try {
      const filters = [{ name: t('import.files'), extensions: ['pem', 'key', 'p12', 'pfx', 'der'] }]
      setFile((await pickFiles({ title: t('import.choose'), filters }))[0] ?? file)
      setUnread(null)
    } catch (error) {
      setUnread(error)
    }
  }
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    if (file === null) return
    bring.mutate(
      { name, file: file.id, passphrase: passphrase === '' ? null : passphrase },
      { onSuccess: (done) => (done.warnings.length === 0 ? onDone(name.trim()) : setWarned(done)) },
    )
  }
  if (warned !== null) {
    return (
      <Card title={t('import.done')} tone="warn">
        {warned.warnings.map((one) => (
          <p key={one}>
            <Told text={one} said={saidOf(one, warned.sayings)} />
          </p>
        ))}
        <Button onClick={() => onDone(name.trim())}>{t('close', { ns: 'app' })}</Button>
      </Card>
    )
  }
  return (
    <Card title={t('import.title')}>
      <form className="stack" onSubmit={submit}>
        <p className="mute">{t('import.text')}</p>
        <TextInput
          ref={first}
          label={t('create.name')}
          value={name}
          required
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <p className="actions">
          <Button variant="default" onClick={() => void choose()}>
            {t('import.choose')}
          </Button>
          <span role="status">{file?.name ?? t('import.noFile')}</span>
        </p>
        <PasswordInput
          label={t('import.passphrase')}
          value={passphrase}
          autoComplete="new-password"
          onChange={(event) => setPassphrase(event.currentTarget.value)}
        />
        <p className="actions">
          <Button type="submit" loading={bring.isPending} disabled={name.trim() === '' || file === null}>
            {t('import.action')}
          </Button>
          <Button variant="default" onClick={() => onDone(null)}>
            {t('cancel', { ns: 'app' })}
          </Button>
        </p>
      </form>
      {unread !== null && <Problem error={errorOf(unread)} inside />}
      <Failure error={bring.error} onPassphrase={() => submit()} />
    </Card>
  )
}

/** Where there is no keychain, a key is kept in a file that a passphrase encrypts: it is asked for here, and then again. */
function Failure({ error, onPassphrase }: { error: unknown; onPassphrase(): void }) {
  if (error === null) return null
  const shown = errorOf(error)
  if (shown.code !== 'KEYCHAIN_FAILED' && shown.code !== 'KEY_PASSPHRASE') return <Problem error={shown} inside />
  return <AskPassphrase onPassphrase={onPassphrase} />
}

function AskPassphrase({ onPassphrase }: { onPassphrase(): void }) {
  const { t } = useTranslation('keys')
  const [passphrase, setPassphrase] = useState('')
  const give = useAct('keys.passphrase')
  const first = useFirstFocus<HTMLInputElement>()
  return (
    <form
      className="stack secrets"
      onSubmit={(event) => {
        event.preventDefault()
        give.mutate({ passphrase }, { onSuccess: onPassphrase })
      }}
    >
      <p>{t('passphrase.text')}</p>
      <PasswordInput
        ref={first}
        label={t('passphrase.label')}
        description={t('passphrase.hint')}
        value={passphrase}
        autoComplete="new-password"
        minLength={8}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
      />
      <p className="actions">
        <Button type="submit" loading={give.isPending} disabled={[...passphrase].length < 8}>
          {t('passphrase.action')}
        </Button>
      </p>
      {give.error !== null && <Problem error={errorOf(give.error)} inside />}
    </form>
  )
}
