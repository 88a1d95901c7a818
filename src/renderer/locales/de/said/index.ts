import archive from './archive.json' with { type: 'json' }
import controls from './controls.json' with { type: 'json' }
import filter from './filter.json' with { type: 'json' }
import input from './input.json' with { type: 'json' }
import journal from './journal.json' with { type: 'json' }
import phase from './phase.json' with { type: 'json' }
import report from './report.json' with { type: 'json' }
import restore from './restore.json' with { type: 'json' }
import storage from './storage.json' with { type: 'json' }
import update from './update.json' with { type: 'json' }
import warn from './warn.json' with { type: 'json' }

/** What the engine says by a name (contract/said/), in German; a file for each file of the English words. */
export const said = {
  ...archive,
  ...controls,
  ...storage,
  ...restore,
  ...report,
  ...update,
  ...journal,
  ...phase,
  ...warn,
  ...input,
  ...filter,
}
