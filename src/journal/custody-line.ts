import { CUSTODY_ACTIONS, type CustodyEntry } from '../contract/evidence/custody.ts'
import { say } from '../contract/said/said.ts'
import {
  hasOnly,
  isFacts,
  isHash,
  isObject,
  isText,
  isTime,
  isTool,
  nullOr,
  parseChainLine,
  type Wrong,
  wrongField,
} from './chain.ts'

/**
 * A stored line, checked: UTF-8, JSON, every member of its type and no other, and canonical to the byte.
 * @param seq the number that its name states
 * @returns the line, or what is wrong with it
 */
export function parseCustodyLine(bytes: Buffer, seq: number): CustodyEntry | Wrong {
  const rules: Record<string, (item: unknown) => boolean> = {
    seq: (item) => item === seq,
    at: isTime,
    action: (item) => CUSTODY_ACTIONS.some((action) => action === item),
    actor: (item) =>
      isObject(item) &&
      hasOnly(item, ['host', 'name', 'os_user', 'role']) &&
      isText(item.os_user) &&
      isText(item.host) &&
      nullOr(isText)(item.name) &&
      nullOr(isText)(item.role),
    tool: isTool,
    subject: isText,
    sha256: nullOr(isHash),
    location: nullOr(isText),
    details: isFacts,
    previous: nullOr(isHash),
  }
  return parseChainLine(bytes, (value) => wrongField(value, rules, say('custody.lineOf', { line: seq })))
}
