import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExtractionSpec, emptySpec, type FilterTest } from '../../src/contract/requests/spec.ts'
import { extractionYaml } from '../../src/contract/requests/yaml.ts'
import { removeOnExit } from '../rig/child.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-requests-'))
  removeOnExit(folder)
  return folder
}

export const CASE = {
  matter: 'REG-1',
  title: 'one customer',
  custodian: 'Records',
  requestedBy: 'the supervisor',
  askedOn: null,
  reason: 'a letter',
  due: null,
}

let parts = 0
export const filterTest = (part: Partial<FilterTest>): FilterTest => ({
  type: 'test',
  id: `part-${parts++}`,
  on: 'json',
  place: '',
  is: 'equals',
  text: '',
  texts: [],
  negate: false,
  ...part,
})

export const specOf = (part: Partial<ExtractionSpec>): ExtractionSpec => ({
  ...emptySpec('UTC'),
  backupId: 'ledger-backup',
  ...part,
})

/** The file of a choice, with its archive in a folder. */
export const yamlOf = (part: Partial<ExtractionSpec>, storage = '/archive'): string =>
  extractionYaml(CASE, specOf(part), storage, '/out.zip')
