import type { UpdateFile, UpdateLook, UpdateVersion } from '../updates.ts'

/** A publisher's key: `key_id` is the SHA-256 of its SubjectPublicKeyInfo, lowercase hex, which two people compare. */
export interface PublisherKey {
  key_id: string
  /** `ECDSA P-256`, `RSA 3072` … */
  algorithm: string
}

/** What of the settings stands in the journal. */
export interface UpdateSettingsSaid {
  enabled: boolean
  address: string | null
  key_id: string | null
  channel: string
  daily: boolean
  proxy: string | null
}

/** How it is set here. */
export interface UpdateSettingsResult {
  kind: 'update'
  action: 'show' | 'on' | 'off'
  enabled: boolean
  address: string | null
  key: PublisherKey | null
  /** PEM. */
  public_key: string | null
  channel: string
  daily: boolean
  /** As it is set: an address or `none`; null: as the environment says. */
  proxy: string | null
  /** The proxy by which the address is asked unless NO_PROXY names its host, without credentials; null: none. */
  proxy_used: string | null
  /** The file that says so; null: there is none, and it is off. */
  settings: string | null
  /** False where an organisation's file says so, which is not changed from here. */
  own: boolean
  /** The version that runs. */
  running: string
  last: UpdateLook | null
  /** What it was, of `on` and `off`. */
  before?: UpdateSettingsSaid
}

/** What a signed list came to. */
export interface UpdateCheckResult {
  kind: 'update'
  action: 'check'
  state: 'up-to-date' | 'available'
  running: string
  /** The newest version of the list, where it is newer than the running one. */
  newest: UpdateVersion | null
  /** Those of its files that this machine can use. */
  fitting: UpdateFile[]
  checked_at: string
  /** Files of fetches that never ended, which this profile had begun and which were removed. */
  removed: string[]
  list: {
    address: string
    key_id: string
    channel: string
    serial: number
    published_at: string
    expires_at: string
    sha256: string
  }
}

/** A file that was fetched and is what the signed list says. */
export interface UpdateFetchResult {
  kind: 'update'
  action: 'fetch'
  state: 'fetched' | 'up-to-date'
  running: string
  /** Null where there was nothing newer. */
  version: string | null
  file: UpdateFile | null
  path: string | null
  sha256: string | null
  /** It lay there already, and was checked anew. */
  already: boolean
  /** Packages of other versions that this profile had fetched, removed now that this one is there. */
  removed: string[]
  key_id: string
}

/** What a publisher has signed. */
export interface UpdateSignedResult {
  kind: 'update'
  action: 'sign-list'
  channel: string
  serial: number
  expires_at: string
  versions: number
  /** Of the list's bytes. */
  sha256: string
  key_id: string
  signed_by: string
  /** Folder, and the files in it. */
  output: string
  files: string[]
  /** Packages beside the draft that are as the list says, and those that are not there. */
  checked: string[]
  missing: string[]
}

export type UpdateResult = UpdateSettingsResult | UpdateCheckResult | UpdateFetchResult | UpdateSignedResult
