import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryBudget } from '../../src/jobs/backup/memory.ts'

test('nobody yields within the budget; beyond it, those that hold an equal share or more do', () => {
  const memory = new MemoryBudget(100)
  const [large, small] = [{}, {}]
  memory.set(large, 80)
  memory.set(small, 20)
  assert.equal(memory.shouldYield(large), false)
  memory.set(small, 30)
  assert.equal(memory.total, 110)
  assert.equal(memory.shouldYield(large), true)
  assert.equal(memory.shouldYield(small), false)
  memory.set(large, 0)
  assert.equal(memory.total, 30)
  assert.equal(memory.shouldYield(small), false)
})
