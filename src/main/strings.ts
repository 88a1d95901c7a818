/** What the desktop says outside of its window. The window's own words are the renderer's. */
const en = {
  file: 'File',
  verify: 'Verify evidence…',
  close: 'Close window',
  quit: 'Quit Coffer',
  go: 'Go',
  start: 'Start',
  jobs: 'Jobs',
  activity: 'Activity',
  settings: 'Settings…',
  help: 'Help',
  guide: 'User guide',
  evidenceFiles: 'Evidence: packages, reports, PDFs',
  open: 'Open Coffer',
  nothingRuns: 'Nothing runs',
  running: (jobs: number) => (jobs === 1 ? '1 job runs' : `${jobs} jobs run`),
  problems: (problems: number) => (problems === 1 ? '1 schedule needs you' : `${problems} schedules need you`),
  done: (subject: string) => `Done: ${subject}`,
  attention: (subject: string) => `Needs a look: ${subject}`,
  failed: (subject: string) => `Failed: ${subject}`,
  doneBody: 'The result is under Jobs.',
  attentionBody: 'The job ended, and its result is not what was hoped for. It is under Jobs.',
  overdue: 'No good run for too long',
  scheduleFailed: 'A scheduled job failed',
  recovered: 'A schedule is well again',
  stays: 'Coffer goes on in the background',
  staysBody: 'Running jobs and schedules go on. Open or quit it by its sign in the tray.',
  sleeps: 'the machine is going to sleep: what is durable stays, and connections are made anew when it wakes',
  wakes: (minutes: number) => `the machine woke up after ${minutes} min; schedules that were missed are caught up`,
}

const de: typeof en = {
  file: 'Datei',
  verify: 'Nachweis prüfen …',
  close: 'Fenster schließen',
  quit: 'Coffer beenden',
  go: 'Gehe zu',
  start: 'Start',
  jobs: 'Aufträge',
  activity: 'Aktivität',
  settings: 'Einstellungen …',
  help: 'Hilfe',
  guide: 'Benutzerhandbuch',
  evidenceFiles: 'Nachweise: Pakete, Berichte, PDFs',
  open: 'Coffer öffnen',
  nothingRuns: 'Es läuft nichts',
  running: (jobs) => (jobs === 1 ? '1 Auftrag läuft' : `${jobs} Aufträge laufen`),
  problems: (problems) => (problems === 1 ? '1 Zeitplan wartet auf Sie' : `${problems} Zeitpläne warten auf Sie`),
  done: (subject) => `Fertig: ${subject}`,
  attention: (subject) => `Bitte ansehen: ${subject}`,
  failed: (subject) => `Fehlgeschlagen: ${subject}`,
  doneBody: 'Das Ergebnis steht unter Aufträge.',
  attentionBody: 'Der Auftrag ist zu Ende, sein Ergebnis ist nicht das erhoffte. Es steht unter Aufträge.',
  overdue: 'Zu lange kein guter Lauf',
  scheduleFailed: 'Ein geplanter Auftrag ist fehlgeschlagen',
  recovered: 'Ein Zeitplan ist wieder in Ordnung',
  stays: 'Coffer läuft im Hintergrund weiter',
  staysBody: 'Laufende Aufträge und Zeitpläne gehen weiter. Öffnen und beenden über das Zeichen in der Leiste.',
  sleeps: 'der Rechner geht schlafen: Gesichertes bleibt, Verbindungen werden danach neu aufgebaut',
  wakes: (minutes) => `der Rechner war ${minutes} min im Schlaf; versäumte Läufe der Zeitpläne werden nachgeholt`,
}

export type Strings = typeof en

/** @param locale as the system says it: `de-AT` */
export function stringsFor(locale: string): Strings {
  return /^de\b/i.test(locale) ? de : en
}
