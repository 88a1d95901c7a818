import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import type { CheckResult } from '../../src/contract/results.ts'
import { aclHint } from '../../src/jobs/check/ask.ts'
import { launchChromium } from './chromium.ts'
import { fakeRunJob } from './fake-run-job.ts'
import { testHost } from './host.ts'

/** A right that is missing, as the page shows it in a real Chromium: the check is a fake, its hint the engine's own. */

const hint = aclHint(
  {
    bootstrap_servers: ['kafka-1.example:9093'],
    security: { security_protocol: 'SASL_SSL', sasl_username: 'backup' },
  } as never,
  { operations: ['describe', 'read'] as never, on: { topic: 'ledger-payments' } },
)
const COMMAND =
  'kafka-acls.sh --bootstrap-server kafka-1.example:9093 --command-config admin.properties --add --allow-principal User:backup --operation Describe --operation Read --topic ledger-payments'
const result: CheckResult = {
  kind: 'check',
  config: 'trading cluster',
  verdict: 'FAILED',
  steps: [
    { step: 'tcp', subject: 'kafka-1.example:9093', outcome: 'passed', message: 'it answers' },
    {
      step: 'topic-acl',
      subject: 'topic ledger-payments',
      outcome: 'failed',
      message: 'may not read',
      code: 'KAFKA_NOT_AUTHORIZED',
      hint,
    },
    {
      step: 'sasl',
      subject: 'kafka-1.example:9093',
      outcome: 'failed',
      message: 'refused',
      code: 'KAFKA_AUTHENTICATION',
      hint: 'Check sasl_username, sasl_password and sasl_mechanism.',
    },
    { step: 'partitions', subject: 'topic ledger-payments', outcome: 'skipped', message: 'not tried' },
  ],
}

let kept: Awaited<ReturnType<BrowserContext['cookies']>> = []

test('the step that fails is named in words, and the command for the platform team is copied as it is run', async () => {
  const fake = fakeRunJob((request) => (request.kind === 'check' ? { state: 'done', exitCode: 5, result } : null))
  const host = await testHost(fake.run)
  const browser = await launchChromium()
  try {
    const yaml = 'bootstrap_servers: ["kafka-1.example:9093"]\n'
    const connection = { id: null, name: 'trading cluster', kind: 'source' as const, yaml, secrets: {} }
    await host.services.handlers['connections.save'](connection)
    for (const [locale, look, copy, named] of [
      ['en-GB', 'Check trading cluster', 'Copy', /Check “User name”, “Password” and “How it signs in/],
      ['de-DE', 'trading cluster prüfen', 'Kopieren', /Check „Benutzername“, „Passwort“ and „/],
    ] as const) {
      const context = await browser.newContext({ locale })
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.origin })
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      if (locale === 'en-GB') await page.goto(host.address)
      const cookies = await context.cookies()
      if (locale === 'en-GB') kept = cookies
      else await context.addCookies(kept)
      await page.goto(`${host.origin}/#/connections`)
      await page.getByRole('button', { name: look }).click()
      const ask = page.getByRole('region', {
        name: locale === 'en-GB' ? 'What to ask the platform team for' : /Plattform-Team/,
      })
      assert.equal((await ask.textContent())?.trim(), COMMAND)
      // by the names that the form has
      await page.getByText(named).waitFor()
      await page.getByRole('button', { name: copy, exact: true }).click()
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), COMMAND)
      await context.close()
    }
  } finally {
    await browser.close()
    await host.end()
  }
})
