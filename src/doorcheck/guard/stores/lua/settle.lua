-- Puts what was used in the place of a reservation. KEYS: as in reserve.lua. ARGV: reservation, units, seconds a budget is
-- kept after its end, then each budget's end.
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
for i = 1, #KEYS / 2 do
  local sums, open = KEYS[2 * i - 1], KEYS[2 * i]
  local kept = string.format('%d', math.max(1, math.ceil((tonumber(ARGV[3 + i]) + tonumber(ARGV[3]) - now) * 1000)))
  local held = redis.call('HGET', sums, 'r:' .. ARGV[1])
  if held then
    redis.call('HINCRBY', sums, 'held', '-' .. held)
    redis.call('HDEL', sums, 'r:' .. ARGV[1])
    redis.call('ZREM', open, ARGV[1])
  end
  redis.call('HINCRBY', sums, 'spent', ARGV[2])
  redis.call('PEXPIRE', sums, kept)
  redis.call('PEXPIRE', open, kept)
end
return 0
