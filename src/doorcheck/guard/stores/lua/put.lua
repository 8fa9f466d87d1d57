-- Keeps a value; its owner's oldest ones make room. KEYS: the record (hash: value, owned), its owner's records (sorted set by
-- age). ARGV: value, ms, most records of one owner.
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'owned', KEYS[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local t = redis.call('TIME')
redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', t[1] * 1000000 + t[2]), KEYS[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3])
if over > 0 then
  local names = redis.call('ZRANGE', KEYS[2], 0, -1)
  for _, name in ipairs(names) do
    if redis.call('EXISTS', name) == 0 then
      redis.call('ZREM', KEYS[2], name)
      over = over - 1
    end
  end
  for _, name in ipairs(names) do
    if over <= 0 then break end
    if name ~= KEYS[1] and redis.call('DEL', name) == 1 then
      redis.call('ZREM', KEYS[2], name)
      over = over - 1
    end
  end
end
return 0
