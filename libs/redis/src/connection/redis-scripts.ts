import { hash } from 'node:crypto';

/** A Lua script, with the name under which the server keeps it. */
export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

function script(source: string): RedisScript {
  return { source, sha: hash('sha1', source) };
}

/**
 * Raises the fence, then reads a marker. Each time the fence gets another text, so that a commit
 * which was sent before, of the same token too, does not pass any more. Earlier versions wrote no owner.
 *
 * KEYS: fences, markers. ARGV: service, token, field of the marker, owner.
 * Answers `fenced`, or `ok`, the fence as it is now, and the marker, which is empty where there is none.
 */
export const READ_MARKER = script(`
local fence = redis.call('HGET', KEYS[1], ARGV[1])
local highest, reads, owner = string.match(fence or '0 0', '^(%d+) (%d+) ?(.*)$')
if tonumber(highest) > tonumber(ARGV[2]) then return {'fenced'} end
if tonumber(highest) == tonumber(ARGV[2]) and owner ~= ARGV[4] then return {'fenced'} end
local raised = ARGV[2] .. ' ' .. string.format('%d', reads + 1) .. ' ' .. ARGV[4]
redis.call('HSET', KEYS[1], ARGV[1], raised)
return {'ok', raised, redis.call('HGET', KEYS[2], ARGV[3]) or ''}
`);

/** Every marker. KEYS: markers. Answers fields and markers in turn, as a list of texts: the client's conversion of hashes does not apply. */
export const LIST_MARKERS = script(`return redis.call('HGETALL', KEYS[1])`);

/**
 * Checks the fence, then runs commands up to the first that fails, and leaves the marker.
 *
 * KEYS: fences, markers, the keys of the commands. ARGV: service, fence, field of the marker, the
 * marker or nothing, number of commands; then for each the number of its words, and these.
 *
 * Answers `committed`; `fenced`; `refused` and an error if the server accepts no writes; `failed`
 * and an error where nothing took effect; `partly` and an error where something did.
 *
 * The marker that is written first says that the run broke off. A script that ends between
 * that and the last line, for any reason, leaves it there, so that no part of a change is without it. It is
 * written again at the end, because a command may have removed it (FLUSHDB).
 */
export const COMMIT = script(`
local service, expected, field, marker = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local marked = marker ~= ''

local function mark(partial)
  local text = marker
  if partial then
    local proof = cjson.decode(marker)
    proof.partial = partial
    text = cjson.encode(proof)
  end
  local answer = redis.pcall('HSET', KEYS[1], service, expected)
  if type(answer) == 'table' and answer.err then return answer.err end
  answer = redis.pcall('HSET', KEYS[2], field, text)
  if type(answer) == 'table' and answer.err then return answer.err end
end

local before
if marked then
  local fence = redis.call('HGET', KEYS[1], service)
  if fence and fence ~= expected then return {'fenced'} end
  before = redis.call('HGET', KEYS[2], field)
  local refusal = mark('its commands broke off')
  if refusal then return {'refused', refusal} end
end

local total, at = tonumber(ARGV[5]), 6
for number = 1, total do
  local words = tonumber(ARGV[at])
  local answer = redis.pcall(unpack(ARGV, at + 1, at + words))
  if type(answer) == 'table' and answer.err then
    local subject = words > 1 and ' ' .. string.sub(ARGV[at + 2], 1, 100) or ''
    local failure = 'command ' .. number .. ' of ' .. total .. ', ' .. string.upper(ARGV[at + 1])
      .. subject .. ', failed: ' .. answer.err
    if number == 1 then
      if before then redis.call('HSET', KEYS[2], field, before)
      elseif marked then redis.call('HDEL', KEYS[2], field) end
      return {'failed', failure}
    end
    failure = failure .. '; those before it took effect, those after it did not run'
    if marked then mark(failure) end
    return {'partly', failure}
  end
  at = at + words + 1
end
if marked then mark() end
return {'committed'}
`);

/**
 * Forgets markers that were not left by a later holder, or another one of the same token.
 *
 * KEYS: markers. ARGV: token, owner, fields of the markers.
 */
export const CLEAR_MARKERS = script(`
for at = 3, #ARGV do
  local marker = redis.call('HGET', KEYS[1], ARGV[at])
  if marker then
    local proof = cjson.decode(marker)
    local token, mine = tonumber(proof.token), tonumber(ARGV[1])
    if token < mine or (token == mine and proof.owner == ARGV[2]) then
      redis.call('HDEL', KEYS[1], ARGV[at])
    end
  end
end
return 'ok'
`);
