import { Autocomplete, Button, Checkbox, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import type { UpdateStanding } from '../../../contract/ipc/calls/updates.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { CHANNELS } from '../../../contract/updates.ts'
import { pickFiles } from '../../files.ts'
import { Problem } from '../../parts/basics.tsx'
import { Digest } from '../../parts/facts.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Address and publisher's key. The key counts only after somebody said that they compared its fingerprint. */
export function SetUpUpdates({ before, onEnd }: { before: UpdateStanding; onEnd(): void }) {
  const { t } = useTranslation('settings')
  const [address, setAddress] = useState(before.address ?? '')
  const [key, setKey] = useState<CallOutput<'updates.readKey'> | null>(before.key)
  // the key that counts now was compared when it was set
  const [compared, setCompared] = useState(before.enabled)
  const [channel, setChannel] = useState(before.channel)
  const [proxy, setProxy] = useState(before.proxy ?? '')
  const [daily, setDaily] = useState(before.enabled && before.daily)
  const [unread, setUnread] = useState<SerializedError | null>(null)
  const read = useAct('updates.readKey')
  const on = useAct('updates.on', ['updates.get'])
  const choose = async () => {
    try {
      const filters = [{ name: t('updates.keyFiles'), extensions: ['pem', 'pub', 'der', 'crt', 'cer'] }]
      const [file] = await pickFiles({ title: t('updates.key'), filters })
      if (file === undefined) return
      setCompared(false)
      setKey(null)
      setUnread(null)
      setKey(await read.mutateAsync({ file: file.id }))
    } catch (error) {
      setUnread(errorOf(error))
    }
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (key !== null && compared)
          on.mutate(
            { address, pem: key.pem, keyId: key.keyId, channel, daily, proxy: proxy.trim() || 'system' },
            { onSuccess: onEnd },
          )
      }}
    >
      <TextInput
        label={t('updates.address')}
        description={t('updates.addressHint')}
        value={address}
        required
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <div>
        <p className="label">{t('updates.key')}</p>
        <p className="mute small">{t('updates.keyHint')}</p>
        <p className="actions">
          <Button variant="default" onClick={() => void choose()} loading={read.isPending}>
            {t('updates.chooseKey')}
          </Button>
          <span role="status">
            {key === null ? t('updates.noKey') : <span data-words="none">{key.algorithm}</span>}
          </span>
        </p>
      </div>
      {unread !== null && <Problem error={unread} inside />}
      {key !== null && (
        <>
          <p>
            {t('updates.fingerprint')}
            <br />
            <Digest>{key.keyId}</Digest>
          </p>
          <Checkbox
            label={t('updates.compared')}
            checked={compared}
            onChange={(event) => setCompared(event.currentTarget.checked)}
          />
        </>
      )}
      <Autocomplete
        label={t('updates.channel')}
        description={t('updates.channelHint')}
        data={[...CHANNELS]}
        value={channel}
        required
        onChange={setChannel}
      />
      <TextInput
        label={t('updates.proxy')}
        description={t('updates.proxyHint')}
        value={proxy}
        onChange={(event) => setProxy(event.currentTarget.value)}
      />
      <Switch label={t('updates.daily')} checked={daily} onChange={(event) => setDaily(event.currentTarget.checked)} />
      {on.error !== null && <Problem error={errorOf(on.error)} inside />}
      <p className="actions">
        <Button
          type="submit"
          loading={on.isPending}
          disabled={address.trim() === '' || channel.trim() === '' || key === null || !compared}
        >
          {before.enabled ? t('updates.keep') : t('updates.switchOn')}
        </Button>
        <Button variant="default" onClick={onEnd}>
          {t('cancel', { ns: 'app' })}
        </Button>
      </p>
    </form>
  )
}
