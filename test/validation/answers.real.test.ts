import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { run } from '../backup/support.ts'
import { ID } from '../failures/support.ts'
import { restore, restoreConfig, temporaryFolder } from '../restore/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { CONTENT_ALONE, ledger, validation } from './support.ts'

/** Checks of the user's own, and who is told of the result, over real HTTP. */
describe('webhooks and notifications', () => {
  let java: JavaClient
  let bootstrap: string
  let path: string
  let server: Server
  let base: string
  const asked: { url: string; body: Record<string, unknown> }[] = []
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end()

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    path = await temporaryFolder()
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions: 1 }])
    await java.produce(ledger(topic, 50))
    await run({ path, bootstrap, topics: [topic] })
    const options = { create_topics: 'true', topic_mapping: { [topic]: `${topic}-restored` } }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [topic], restore: options }))
    server = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      request.on('end', () => {
        asked.push({ url: request.url ?? '', body: JSON.parse(text) as Record<string, unknown> })
        answer(request, response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(async () => {
    server?.closeAllConnections()
    server?.close()
    await java.stop()
  })

  const webhook = async (respond: typeof answer, options: Record<string, unknown> = {}) => {
    answer = respond
    const custom_webhooks = [{ name: 'balances', url: `${base}/hook?token=HOOKSECRET`, ...options }]
    const done = await validation({ bootstrap, path, checks: { ...CONTENT_ALONE, custom_webhooks } })
    assert.ok(!JSON.stringify([done.report, done.result, done.context.logs]).includes('HOOKSECRET'))
    return { ...done, hook: done.check('CustomWebhook:balances') }
  }
  const json =
    (body: unknown, status = 200): typeof answer =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  it("sends OSO's request and takes its answer", async () => {
    asked.length = 0
    const { hook, exitCode } = await webhook(json({ result: 'passed', detail: 'sums agree', data: { accounts: 7 } }))
    assert.deepEqual([hook.outcome, hook.detail, exitCode], ['PASSED', 'sums agree', 0])
    assert.deepEqual(hook.data.answer, { accounts: 7 })
    assert.deepEqual(asked[0]?.body, {
      event: 'kafka_backup_validation',
      backup_id: ID,
      pitr_timestamp: null,
      restored_cluster: { bootstrap_servers: [bootstrap] },
    })
    assert.equal((await webhook(json({ result: 'failed', detail: 'they do not' }))).exitCode, 5)
    assert.equal((await webhook(json({ result: 'warning' }))).hook.outcome, 'WARNING')
    assert.equal((await webhook(json({ result: 'skipped' }))).hook.outcome, 'SKIPPED')
  })

  it('nonsense, nothing, another status, a redirect: none of them is a pass (field failure 26)', async () => {
    for (const body of [{ result: 'great' }, {}, [], 'passed', null, { result: 'toString' }]) {
      const { hook, exitCode } = await webhook(json(body))
      assert.deepEqual([hook.outcome, exitCode], ['INDETERMINATE', 6], JSON.stringify(body))
    }
    const notJson = await webhook((_, response) => response.end('<html>OK</html>'))
    assert.equal(notJson.hook.outcome, 'INDETERMINATE')
    assert.equal((await webhook(json({ result: 'passed' }, 500))).hook.outcome, 'FAILED')
    // unless it is the one that the file expects: then 200 is another
    const created = { expected_status_code: '201' }
    assert.equal((await webhook(json({ result: 'passed' }, 201), created)).hook.outcome, 'PASSED')
    assert.equal((await webhook(json({ result: 'passed' }, 200), created)).hook.outcome, 'FAILED')
    asked.length = 0
    const moved = await webhook((_, response) => response.writeHead(302, { location: `${base}/other` }).end())
    assert.equal(moved.hook.outcome, 'FAILED')
    assert.deepEqual(
      asked.map(({ url }) => url).filter((url) => url === '/other'),
      [],
    )
    const allowed = await webhook(json({}), { accept_any_answer: 'true' })
    assert.equal(allowed.hook.outcome, 'PASSED')
    assert.match(allowed.hook.detail, /accept_any_answer/)
  })

  it('no answer in time fails, or warns where the file says so; a dead address is indeterminate', async () => {
    const silent: typeof answer = () => {}
    assert.equal((await webhook(silent, { timeout_seconds: '1' })).hook.outcome, 'FAILED')
    const lenient = await webhook(silent, { timeout_seconds: '1', fail_on_timeout: 'false' })
    assert.equal(lenient.hook.outcome, 'WARNING')
    const dead = await webhook(silent, { url: 'http://127.0.0.1:2/HOOKSECRET' })
    assert.equal(dead.hook.outcome, 'INDETERMINATE')
  })

  it('tells Slack and PagerDuty the result and nothing secret, and their failure is a warning', async () => {
    asked.length = 0
    answer = (_, response) => response.writeHead(200).end('ok')
    const notifications = {
      slack: { webhook_url: `${base}/services/SLACKSECRET` },
      pagerduty: { integration_key: 'PAGERSECRET', severity: 'error', events_url: `${base}/v2/enqueue` },
    }
    const passed = await validation({ bootstrap, path, checks: CONTENT_ALONE, more: { notifications } })
    const [slack, pager] = asked
    assert.equal(slack?.url, '/services/SLACKSECRET')
    const said = String(slack?.body.text)
    assert.match(said, /validation PASSED/)
    assert.match(said, /\[PASSED\] ContentCheck/)
    assert.ok(said.includes(passed.result.report_id))
    assert.equal(pager?.body.routing_key, 'PAGERSECRET')
    assert.equal(pager?.body.event_action, 'resolve')
    assert.ok(!JSON.stringify([said, pager?.body.payload]).includes('SECRET'))
    assert.ok(!JSON.stringify([passed.report, passed.result, passed.context.logs]).includes('SECRET'))

    asked.length = 0
    answer = (_, response) => response.writeHead(500).end('no')
    const checks = { ...CONTENT_ALONE, custom_webhooks: [{ name: 'hook', url: `${base}/hook` }] }
    const failed = await validation({ bootstrap, path, checks, more: { notifications } })
    assert.equal(failed.exitCode, 5)
    const incident = asked.find(({ url }) => url === '/v2/enqueue')?.body
    assert.equal(incident?.event_action, 'trigger')
    assert.equal((incident?.payload as { severity?: string } | undefined)?.severity, 'error')
    assert.equal(failed.result.warnings.filter((one) => /could not be told of the result/.test(one)).length, 2)
  })
})
