import { Checkbox, PasswordInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { wrongServer } from './field-words.ts'
import { type ClusterFields, MECHANISMS, PROTOCOLS, type StorageFields, usesSasl, usesTls } from './form-text.ts'

/** What was typed of secrets, by what they are: never kept in the fields, which become the text on disk. */
export interface TypedSecrets {
  password: string
  keyPassword: string
  accessKey: string
  secretKey: string
}

interface FieldsProps<T> {
  value: T
  onChange(change: Partial<T>): void
  secrets: TypedSecrets
  onSecret(change: Partial<TypedSecrets>): void
  /** How a secret stands that was given before; undefined: never given. */
  kept(variable: string): string | undefined
}

export function ClusterForm({ value, onChange, secrets, onSecret, kept }: FieldsProps<ClusterFields>) {
  const { t } = useTranslation('connections')
  // not while the first one is typed
  const [left, setLeft] = useState(value.servers !== '')
  const wrong = left ? wrongServer(value.servers) : null
  return (
    <>
      <TextInput
        label={t('cluster.servers')}
        description={t('cluster.serversHint')}
        placeholder="kafka-1.example.com:9093"
        value={value.servers}
        error={wrong !== null && t('cluster.noPort', { server: wrong })}
        required
        spellCheck={false}
        onBlur={() => setLeft(true)}
        onChange={(event) => onChange({ servers: event.currentTarget.value })}
      />
      <Select
        label={t('cluster.protocol')}
        description={t(`cluster.protocolHint.${value.protocol}`)}
        data={PROTOCOLS.map((one) => ({ value: one, label: t(`cluster.protocols.${one}`) }))}
        value={value.protocol}
        allowDeselect={false}
        onChange={(protocol) => protocol !== null && onChange({ protocol: protocol as ClusterFields['protocol'] })}
      />
      {usesSasl(value) && (
        <div className="field-row">
          <TextInput
            label={t('cluster.username')}
            value={value.username}
            required
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange({ username: event.currentTarget.value })}
          />
          <PasswordInput
            label={t('cluster.password')}
            description={kept(value.passwordVariable)}
            value={secrets.password}
            required={kept(value.passwordVariable) === undefined}
            autoComplete="new-password"
            onChange={(event) => onSecret({ password: event.currentTarget.value })}
          />
          <Select
            label={t('cluster.mechanism')}
            data={[...MECHANISMS]}
            value={value.mechanism}
            allowDeselect={false}
            onChange={(one) => one !== null && onChange({ mechanism: one as ClusterFields['mechanism'] })}
          />
        </div>
      )}
      {usesTls(value) && (
        <details className="more" open={value.ca !== '' || value.certificate !== ''}>
          <summary>{t('cluster.certificates')}</summary>
          <TextInput
            label={t('cluster.ca')}
            description={t('cluster.caHint')}
            value={value.ca}
            spellCheck={false}
            onChange={(event) => onChange({ ca: event.currentTarget.value })}
          />
          <div className="field-row">
            <TextInput
              label={t('cluster.certificate')}
              value={value.certificate}
              spellCheck={false}
              onChange={(event) => onChange({ certificate: event.currentTarget.value })}
            />
            <TextInput
              label={t('cluster.key')}
              value={value.key}
              spellCheck={false}
              onChange={(event) => onChange({ key: event.currentTarget.value })}
            />
            <PasswordInput
              label={t('cluster.keyPassword')}
              description={kept(value.keyPasswordVariable)}
              value={secrets.keyPassword}
              autoComplete="new-password"
              onChange={(event) => onSecret({ keyPassword: event.currentTarget.value })}
            />
          </div>
        </details>
      )}
    </>
  )
}

export function StorageForm({ value, onChange, secrets, onSecret, kept }: FieldsProps<StorageFields>) {
  const { t } = useTranslation('connections')
  return (
    <>
      <Select
        label={t('storage.backend')}
        data={(['filesystem', 's3'] as const).map((one) => ({ value: one, label: t(`storage.backends.${one}`) }))}
        value={value.backend}
        allowDeselect={false}
        onChange={(one) => one !== null && onChange({ backend: one as StorageFields['backend'] })}
      />
      {value.backend === 'filesystem' ? (
        <TextInput
          label={t('storage.path')}
          description={t('storage.pathHint')}
          value={value.path}
          required
          spellCheck={false}
          onChange={(event) => onChange({ path: event.currentTarget.value })}
        />
      ) : (
        <>
          <div className="field-row">
            <TextInput
              label={t('storage.bucket')}
              value={value.bucket}
              required
              spellCheck={false}
              onChange={(event) => onChange({ bucket: event.currentTarget.value })}
            />
            <TextInput
              label={t('storage.region')}
              placeholder="eu-central-1"
              value={value.region}
              spellCheck={false}
              onChange={(event) => onChange({ region: event.currentTarget.value })}
            />
            <TextInput
              label={t('storage.prefix')}
              value={value.prefix}
              spellCheck={false}
              onChange={(event) => onChange({ prefix: event.currentTarget.value })}
            />
          </div>
          <TextInput
            label={t('storage.endpoint')}
            description={t('storage.endpointHint')}
            value={value.endpoint}
            spellCheck={false}
            onChange={(event) => onChange({ endpoint: event.currentTarget.value })}
          />
          {value.endpoint.startsWith('http:') && (
            <Checkbox
              label={t('storage.allowHttp')}
              checked={value.allowHttp}
              onChange={(event) => onChange({ allowHttp: event.currentTarget.checked })}
            />
          )}
          <div className="field-row">
            <TextInput
              label={t('storage.accessKey')}
              description={kept(value.accessKeyVariable) ?? t('storage.keysHint')}
              value={secrets.accessKey}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => onSecret({ accessKey: event.currentTarget.value })}
            />
            <PasswordInput
              label={t('storage.secretKey')}
              description={kept(value.secretKeyVariable)}
              value={secrets.secretKey}
              autoComplete="new-password"
              onChange={(event) => onSecret({ secretKey: event.currentTarget.value })}
            />
          </div>
        </>
      )}
    </>
  )
}
