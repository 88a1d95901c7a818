import { Button, Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { CaseNote } from '../../../contract/requests/case.ts'
import { useDraft } from '../../draft.ts'
import { moment } from '../../format.ts'
import { Card, Problem } from '../../parts/basics.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

export function NotesCard({ id, notes }: { id: string; notes: readonly CaseNote[] }) {
  const { t } = useTranslation('requests')
  const [draft, change] = useDraft(`request-note-${id}`, { text: '' })
  const add = useAct('requests.addNote', ['requests.get'])
  const keep = async () => {
    const { text } = draft
    if (text.trim() === '') return
    await add.mutateAsync({ id, text })
    // what was typed meanwhile stays
    change((now) => (now.text === text ? { ...now, text: '' } : now))
  }
  return (
    <Card title={t('notes.title')}>
      {notes.length === 0 && <p className="mute">{t('notes.none')}</p>}
      <ul className="findings">
        {notes.map((note) => (
          <li key={`${note.at}${note.text}`}>
            <p className="pre-line">{note.text}</p>
            <p className="mute small">
              {moment(Date.parse(note.at))} {note.by}
            </p>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          // why it failed stands below
          keep().catch(() => {})
        }}
      >
        <Textarea
          label={t('notes.new')}
          autosize
          minRows={2}
          maxRows={8}
          value={draft.text}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
        <p className="actions spaced">
          <Button type="submit" size="xs" variant="default" disabled={draft.text.trim() === ''} loading={add.isPending}>
            {t('notes.add')}
          </Button>
        </p>
      </form>
      {add.error !== null && <Problem error={errorOf(add.error)} inside />}
    </Card>
  )
}
