-- One step of GCRA, as doorcheck.guard.limits.take. KEYS: the counter. ARGV: spacing, period, slack, cost.
-- Returns the seconds to wait, 0 when the call fits.
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local due = tonumber(redis.call('GET', KEYS[1]) or '0')
local spacing, period, slack, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local start = now
if due >= now then start = math.min(due, now + period) end
local after = start + cost * spacing
local wait = after - now - period
if wait > slack then return string.format('%.17g', wait) end
redis.call('SET', KEYS[1], string.format('%.17g', after), 'PX', string.format('%d', math.ceil((after - now) * 1000) + 1000))
return '0'
