import { z } from 'zod'
import { MAX_NAME, MAX_TEXT } from './limits.ts'

/** What a connection is for: the section of a configuration file that its text is. */
export const connectionKind = z.enum(['source', 'target', 'storage'])
export type ConnectionKind = z.infer<typeof connectionKind>

/** What a cluster is to its firm: into production nothing is restored without more ado. null for a storage. */
export const connectionPurpose = z.enum(['production', 'validation'])
export type ConnectionPurpose = z.infer<typeof connectionPurpose>

/** An environment variable's name, as `${VAR}` has it. */
export const variableName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)

/** Where the value of a `${VAR}` comes from. The value itself never crosses this contract towards the renderer. */
export const variableState = z.object({
  name: variableName,
  /** `file`: the encrypted one, which may be locked (`vault.state`). `memory`: gone when Coffer is ended. */
  from: z.enum(['keychain', 'file', 'memory', 'environment', 'missing']),
})
export type VariableState = z.infer<typeof variableState>

/** A connection as the renderer sees it: its text names secrets as `${VAR}` and never holds one. */
export const connection = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(MAX_NAME),
  kind: connectionKind,
  purpose: connectionPurpose.nullable().exactOptional(),
  /** YAML: what would stand under `source:`, `target:` or `storage:`. */
  yaml: z.string().max(MAX_TEXT),
  variables: z.array(variableState),
})
export type Connection = z.infer<typeof connection>

/** What saving takes. Without an id a new connection is made. */
export const connectionInput = z.object({
  id: z.uuid().nullable(),
  name: z.string().trim().min(1).max(MAX_NAME),
  kind: connectionKind,
  purpose: connectionPurpose.nullable().exactOptional(),
  yaml: z.string().min(1).max(MAX_TEXT),
  /**
   * Values for `${VAR}`s; one way only. They are kept as `vault.state` says; an empty one takes what is kept away. One name
   * has one value in a profile, whichever connections name it.
   */
  secrets: z.record(variableName, z.string().max(65_536)),
})
export type ConnectionInput = z.infer<typeof connectionInput>
