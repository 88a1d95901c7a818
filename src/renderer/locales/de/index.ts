import activity from './activity.json' with { type: 'json' }
import app from './app.json' with { type: 'json' }
import approvals from './approvals.json' with { type: 'json' }
import backups from './backups.json' with { type: 'json' }
import connections from './connections.json' with { type: 'json' }
import controls from './controls.json' with { type: 'json' }
import errors from './errors.json' with { type: 'json' }
import jobs from './jobs.json' with { type: 'json' }
import keys from './keys.json' with { type: 'json' }
import overview from './overview.json' with { type: 'json' }
import reports from './reports.json' with { type: 'json' }
import requests from './requests.json' with { type: 'json' }
import restore from './restore.json' with { type: 'json' }
import { said } from './said/index.ts'
import settings from './settings.json' with { type: 'json' }
import verdicts from './verdicts.json' with { type: 'json' }
import verify from './verify.json' with { type: 'json' }

export const de = {
  app,
  overview,
  requests,
  backups,
  restore,
  jobs,
  reports,
  controls,
  verify,
  activity,
  approvals,
  connections,
  keys,
  settings,
  errors,
  verdicts,
  said,
}
