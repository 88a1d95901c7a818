import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inclusionProof, leafHash, merkleRoot, verifyInclusion } from '../../src/archive/merkle.ts'
import { MerkleTree } from '../../src/archive/merkle-tree.ts'

test('the whole tree gives the roots and paths of RFC 6962, for every size up to 70 and one beyond its first room', () => {
  for (const size of [...Array.from({ length: 71 }, (_, i) => i), 1000]) {
    const bytes = randomBytes(1 + size * 5)
    const tree = new MerkleTree(3)
    const leaves: Buffer[] = []
    for (let i = 0; i < size; i++) {
      const [start, end] = [i * 5, i * 5 + 5]
      leaves.push(leafHash(Buffer.from(bytes.subarray(start, end))))
      tree.add(bytes, start, end)
    }
    const root = tree.finish()
    assert.ok(root.equals(merkleRoot(leaves)), `root of ${size}`)
    for (let i = 0; i < size; i += size > 100 ? 97 : 1) {
      const path = tree.path(i).map((hash) => Buffer.from(hash, 'hex'))
      assert.deepEqual(path, inclusionProof(leaves, i), `${i} of ${size}`)
      assert.ok(verifyInclusion(leaves[i] as Buffer, i, size, path, root))
      assert.equal(tree.leafHex(i), leaves[i]?.toString('hex'))
    }
  }
})
