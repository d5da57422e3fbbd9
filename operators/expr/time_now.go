package expr

func nowFunctions() []*Function {
	now := func(f func(micros int64) int64) maker {
		return intRow(func(r *row) int64 {
			v := f(r.f.p.instantNow())
			digits := r.intOr(0, 6)
			if digits < 0 || digits > 6 {
				r.argument("%s: want 0 to 6 digits, got %d", name(r.f), digits)
				return 0
			}
			_, rest := floorDiv(v, pow10int(int(6-digits)))
			return v - rest
		})
	}
	today := func(r *row) int64 { q, _ := floorDiv(r.f.p.instantNow(), day); return q }
	clock := func(micros int64) int64 { _, r := floorDiv(micros, day); return r }
	const example = "(CURRENT_TIMESTAMP() - CURRENT_TIMESTAMP()) = INTERVAL '0' SECOND"
	return family(
		define("CURRENT_TIMESTAMP([digits BIGINT]) -> TIMESTAMP", now(same),
			"The processing time in UTC, the same for all rows of a batch.", example, "true").perBatch().
			as("NOW", "LOCALTIME", "LOCALTIMESTAMP", "SYSDATE", "UTC_TIMESTAMP"),
		define("PROCTIME() -> TIMESTAMP", intRow(func(r *row) int64 { return r.f.p.instantNow() }),
			"The processing time in UTC. As the time of a window it makes the window one of processing time.",
			"PROCTIME() = CURRENT_TIMESTAMP()", "true").perBatch().as(),
		define("CURRENT_DATE() -> DATE", intRow(today),
			"The day of the processing time in UTC.", "CURRENT_DATE() <= CURRENT_TIMESTAMP()", "true").perBatch().as("CURDATE", "UTC_DATE"),
		define("CURRENT_TIME([digits BIGINT]) -> TIME", now(clock),
			"The time of the day of the processing time in UTC.", "CURRENT_TIME() = CAST(CURRENT_TIMESTAMP() AS TIME)", "true").perBatch().as("CURTIME", "UTC_TIME"),
	)
}
