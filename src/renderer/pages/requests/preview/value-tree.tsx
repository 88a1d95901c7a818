import { useTranslation } from 'react-i18next'
import { plainText } from './plain-text.ts'

type Shown = string | number | boolean | null | Num | Shown[] | { [name: string]: Shown }

/** A number by its own digits: those that JavaScript's numbers can't hold are shown as they stand. */
class Num {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

const MOST_CHILDREN = 200
/** RFC 9535, member-name-shorthand. */
const PLAIN = /^[A-Za-z_\u0080-\u{10FFFF}][0-9A-Za-z_\u0080-\u{10FFFF}]*$/u

function parse(text: string): Shown | undefined {
  try {
    const digits = (_: string, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new Num(context?.source ?? String(value)) : value
    return JSON.parse(text, digits as (key: string, value: unknown) => unknown) as Shown
  } catch {
    return undefined
  }
}

interface TreeProps {
  text: string
  /** What choosing a value does; its text as a filter has it. */
  onChoose?: ((path: string, value: string) => void) | undefined
  /** What the button at a value says. */
  chooseWords?: string
}

/** A JSON value as a tree, each value of it to be chosen. */
export function ValueTree({ text, onChoose, chooseWords }: TreeProps) {
  const value = parse(text)
  if (value === undefined) return <pre>{plainText(text)}</pre>
  return (
    <ul className="value-tree mono">
      <Branch name={null} path="$" value={value} onChoose={onChoose} chooseWords={chooseWords ?? ''} />
    </ul>
  )
}

interface BranchProps extends Omit<TreeProps, 'text'> {
  name: string | null
  path: string
  value: Shown
}

function Branch({ name, path, value, onChoose, chooseWords }: BranchProps) {
  const { t } = useTranslation('requests')
  const isLeaf = value === null || typeof value !== 'object' || value instanceof Num
  const label = name === null ? null : <span className="tree-name">{plainText(name)}: </span>
  if (isLeaf) {
    const words = value instanceof Num ? value.digits : typeof value === 'string' ? value : String(value)
    return (
      <li>
        {label}
        <span className={typeof value === 'string' ? 'tree-text' : 'tree-plain'}>
          {typeof value === 'string' ? plainText(JSON.stringify(value)) : words}
        </span>
        {onChoose !== undefined && name !== null && (
          <button
            type="button"
            className="tree-choose"
            title={chooseWords}
            aria-label={`${chooseWords ?? ''}: ${path}`}
            onClick={() => onChoose(path, words)}
          >
            +
          </button>
        )}
      </li>
    )
  }
  const children: [string, string, Shown][] = Array.isArray(value)
    ? value.map((one, at) => [String(at), `${path}[${at}]`, one])
    : Object.entries(value).map(([key, one]) => [key, `${path}${memberStep(key)}`, one])
  const list = (
    <ul>
      {children.slice(0, MOST_CHILDREN).map(([key, at, one]) => (
        <Branch key={at} name={key} path={at} value={one} onChoose={onChoose} chooseWords={chooseWords ?? ''} />
      ))}
      {children.length > MOST_CHILDREN && (
        <li className="mute">{t('preview.moreChildren', { count: children.length - MOST_CHILDREN })}</li>
      )}
    </ul>
  )
  if (name === null) return <li>{list}</li>
  return (
    <li>
      <details open={children.length < 30}>
        <summary>
          <bdi>{plainText(name)}</bdi>{' '}
          <span className="mute">{Array.isArray(value) ? `[${children.length}]` : `{${children.length}}`}</span>
        </summary>
        {list}
      </details>
    </li>
  )
}

function memberStep(name: string): string {
  return PLAIN.test(name) ? `.${name}` : `['${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`
}
