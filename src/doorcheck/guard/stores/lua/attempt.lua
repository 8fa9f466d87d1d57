-- Starts an attempt unless there is one. KEYS: the attempt (hash: fingerprint, token while in flight, answer), its owner's
-- attempts (sorted set by age). ARGV: fingerprint, token, lease in ms, most attempts of one owner.
-- Returns {'begun'}, {'other'}, {'done', answer} or {'busy', ms}.
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'token', 'answer')
if found[1] then
  if found[1] ~= ARGV[1] then return {'other'} end
  if found[2] then return {'busy', redis.call('PTTL', KEYS[1])} end
  return {'done', found[3]}
end
redis.call('ZREM', KEYS[2], KEYS[1])
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then
  local room = false
  for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if redis.call('HEXISTS', name, 'token') == 0 then
      redis.call('DEL', name)
      redis.call('ZREM', KEYS[2], name)
      room = true
      break
    end
  end
  if not room then return {'busy', ARGV[3]} end
end
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'token', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], string.format('%.0f', t[1] * 1000000 + t[2]), KEYS[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
return {'begun'}
