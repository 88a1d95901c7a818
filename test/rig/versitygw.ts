import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, mustRun } from './cache.ts'

export const VERSITYGW_VERSION = 'v1.8.0'
const INSTALL_GO = 'install Go 1.24 or later (https://go.dev/doc/install)'

/** The versitygw program: an S3 server with versions, Object Lock and conditional writes. Built once by `go install`. */
export async function versitygwBinary(): Promise<string> {
  const what = `building the S3 server versitygw ${VERSITYGW_VERSION} by go install, about 3 minutes, about 70 MB`
  const folder = await cached(`versitygw-${VERSITYGW_VERSION}`, what, async (to) => {
    await mustRun('go', ['version'], { install: INSTALL_GO })
    const work = join(to, 'work')
    const env = { GOBIN: join(work, 'bin'), GOFLAGS: '-modcacherw', CGO_ENABLED: '0' }
    await mustRun(
      'go',
      ['install', '-ldflags=-s -w', `github.com/versity/versitygw/cmd/versitygw@${VERSITYGW_VERSION}`],
      { env },
    )
    await rename(join(work, 'bin', 'versitygw'), join(to, 'versitygw'))
    await rm(work, { recursive: true })
  })
  return join(folder, 'versitygw')
}
