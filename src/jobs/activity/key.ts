import { generateKeyPairSync, sign } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { isCofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { HeadMemory, JournalHead, JournalKey } from '../../journal/activity/append.ts'
import type { KnownKey } from '../../journal/activity/verify.ts'
import { isHash, isObject, sha256Hex } from '../../journal/chain.ts'
import { publicKeyDerOf } from '../../signing/store/key-kinds.ts'
import { osKeychain, PATIENCE_MS } from '../../signing/store/keychain.ts'
import { type KeyFacts, type KeyStore, openKeyStore, type StoredKey } from '../../signing/store/store.ts'
import { withFolderLock } from '../../storage/filesystem-lock.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Folder of the journal, with the public halves of its keys in `keys/`. */
export function activityFolder(profile: string): string {
  return join(profile, 'activity')
}

/** Nobody sits before a cron job: a locked keychain must not hold it up. */
export const SHORT_PATIENCE_MS = 5_000

interface OpenKey {
  facts: KeyFacts
  stored: StoredKey
  introduction: JournalKey['introduction']
}

/**
 * What the journal of a profile is signed with: its newest key, or on first use a new one; kept in the operating
 * system's keychain, or sealed by the passphrase of the environment. A key that the keychain has lost is followed by a
 * new one, which a line says. Never throws: without a key there is a reason, and lines go unsigned.
 * @param folder of the journal; must be there
 */
export async function openJournalKey(
  folder: string,
  environment: Environment,
  patienceMs = PATIENCE_MS,
): Promise<JournalKey> {
  try {
    const store = await openKeyStore({ profile: folder, environment, patienceMs })
    const { facts, stored, introduction } = await newestKey(store, folder)
    const { privateKey } = stored
    return {
      signer: {
        keyId: facts.keyId,
        publicKey: publicKeyDerOf(facts.publicKey),
        sign: (data) => sign(null, data, privateKey),
      },
      unsigned: null,
      memory: facts.keptIn === 'keychain' ? await keychainMemory(folder, patienceMs) : null,
      introduction,
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { signer: null, unsigned: reason.slice(0, 300), memory: null, introduction: null }
  }
}

async function newestKey(store: KeyStore, folder: string): Promise<OpenKey> {
  const newest = await newestOf(store)
  if (newest !== null) {
    try {
      return { facts: newest, stored: await store.get(newest.name), introduction: null }
    } catch (error) {
      // locked, not reachable or no passphrase: the key may be there again tomorrow
      if (!isCofferError(error, 'KEY_UNREADABLE')) throw error
    }
  }
  return withFolderLock(join(folder), async () => {
    const now = await newestOf(store)
    // another process was faster
    if (now !== null && now.keyId !== newest?.keyId) {
      return { facts: now, stored: await store.get(now.name), introduction: null }
    }
    const { privateKey } = generateKeyPairSync('ed25519')
    const facts = await store.add(
      {
        name: `activity-${(await numbers(store)) + 1}`,
        origin: 'created',
        privateKey,
        rootPrivateKey: null,
        certificates: [],
        crls: [],
      },
      Date.now(),
    )
    const because = newest === null ? 'first use' : `the key ${newest.keyId} could not be found again`
    const details = {
      because,
      key_id: facts.keyId,
      kept_in: facts.keptIn,
      public_key: publicKeyDerOf(facts.publicKey).toString('base64'),
    }
    return {
      facts,
      stored: await store.get(facts.name),
      introduction: { subject: `key ${facts.keyId.slice(0, 16)}`, details },
    }
  })
}

async function newestOf(store: KeyStore): Promise<KeyFacts | null> {
  const { keys } = await store.list()
  return keys.reduce<KeyFacts | null>(
    (last, key) => (last === null || numberOf(key) > numberOf(last) ? key : last),
    null,
  )
}

const numberOf = ({ name }: { name: string }) => Number(/^activity-(\d{1,9})$/.exec(name)?.[1] ?? 0)

async function numbers(store: KeyStore): Promise<number> {
  const { keys, unreadable } = await store.list()
  return Math.max(0, ...[...keys, ...unreadable].map(numberOf))
}

export interface KnownKeys {
  keys: KnownKey[]
  /** Why the present key could not be confirmed. */
  unconfirmed: string | null
  remembered: JournalHead | null
  forgotten: Said
}

/** The keys that a profile's journal may be signed with, and what the keychain remembers of it. Makes nothing. */
export async function knownKeys(
  folder: string,
  environment: Environment,
  patienceMs = PATIENCE_MS,
): Promise<KnownKeys> {
  const store = await openKeyStore({ profile: folder, environment, patienceMs })
  const known: KnownKeys = {
    keys: [],
    unconfirmed: null,
    remembered: null,
    forgotten: say('journal.forgotten'),
  }
  const { keys } = await store.list()
  for (const facts of keys.sort((a, b) => numberOf(b) - numberOf(a))) {
    const key = { keyId: facts.keyId, publicKey: publicKeyDerOf(facts.publicKey) }
    try {
      await store.get(facts.name)
      known.keys.push({ ...key, confirmedBy: facts.keptIn })
    } catch (error) {
      known.unconfirmed ??= error instanceof Error ? error.message : String(error)
      known.keys.push({ ...key, confirmedBy: null })
    }
  }
  try {
    known.remembered = await (await keychainMemory(folder, patienceMs)).read()
    if (known.remembered === null && keys.some((key) => key.keptIn === 'keychain')) {
      known.forgotten = say('journal.keychainForgot')
    }
  } catch {
    // the reason stands there already
  }
  return known
}

/** The last line of a journal, in the keychain: whoever can write the file alone can't cut it unnoticed. */
async function keychainMemory(folder: string, patienceMs: number): Promise<HeadMemory> {
  const keychain = await osKeychain(patienceMs)
  const place = await realpath(folder).catch(() => folder)
  const account = `activity head/${sha256Hex(place).slice(0, 32)}`
  return {
    read: async () => {
      const bytes = await keychain.read(account)
      return bytes === null ? null : headIn(bytes)
    },
    write: (head) => keychain.write(account, Buffer.from(JSON.stringify(head))),
  }
}

function headIn(bytes: Buffer): JournalHead | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return isObject(value) && Number.isSafeInteger(value.seq) && isHash(value.sha256)
      ? { seq: Number(value.seq), sha256: value.sha256 }
      : null
  } catch {
    return null
  }
}
