-- Sets units aside in every budget, or in none. KEYS: for each budget what is spent and held (hash), and when each
-- reservation ends (sorted set). ARGV: reservation, units, seconds, most reservations, seconds a budget is kept after its end,
-- then for each budget its units and its end. Returns {0}, or the number of the budget, what is left and the seconds to wait.
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local id, units, seconds, most, late = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
for i = 1, #KEYS / 2 do
  local sums, open = KEYS[2 * i - 1], KEYS[2 * i]
  local ceiling, ends = tonumber(ARGV[4 + 2 * i]), tonumber(ARGV[5 + 2 * i])
  for _, over in ipairs(redis.call('ZRANGEBYSCORE', open, '-inf', string.format('%.17g', now))) do
    local gone = redis.call('HGET', sums, 'r:' .. over)
    if gone then redis.call('HINCRBY', sums, 'held', '-' .. gone) end
    redis.call('HDEL', sums, 'r:' .. over)
    redis.call('ZREM', open, over)
  end
  local spent = tonumber(redis.call('HGET', sums, 'spent') or '0')
  local held = tonumber(redis.call('HGET', sums, 'held') or '0')
  if units > ceiling - spent - held or redis.call('ZCARD', open) >= most then
    local wait = ends - now
    local first = redis.call('ZRANGE', open, 0, 0, 'WITHSCORES')
    if spent + units <= ceiling and first[2] then wait = math.min(wait, tonumber(first[2]) - now) end
    return {i, string.format('%.0f', ceiling - spent - held), string.format('%.17g', wait)}
  end
end
for i = 1, #KEYS / 2 do
  local sums, open, ends = KEYS[2 * i - 1], KEYS[2 * i], tonumber(ARGV[5 + 2 * i])
  local kept = string.format('%d', math.max(1, math.ceil((ends + late - now) * 1000)))
  redis.call('HSET', sums, 'r:' .. id, ARGV[2])
  redis.call('HINCRBY', sums, 'held', ARGV[2])
  redis.call('ZADD', open, string.format('%.17g', now + seconds), id)
  redis.call('PEXPIRE', sums, kept)
  redis.call('PEXPIRE', open, kept)
end
return {0}
