// What a user of Cube would declare for the same questions: the lake's Parquet as it lies, and pre-aggregations of
// what adds up. Inventory as a level at the end of a bucket cannot be declared.

const rated = `
  SELECT line.*, line.quantity * line.unit_price - sign(line.quantity) * line.discount AS net,
    CASE WHEN line.currency = 'USD' THEN 1 ELSE known.rate END AS rate
  FROM read_parquet('LAKE/base/transactions/*/*.parquet', hive_partitioning = true, hive_types_autocast = false) AS line
  LEFT JOIN read_parquet('RATES') AS known
    ON known.currency = line.currency AND line.dt >= known.valid_from AND line.dt < known.valid_before
  WHERE line.status = 'completed'`;

cube('Lines', {
  sql: rated,
  measures: {
    net: { sql: 'net * rate', type: 'sum' },
    lines: { type: 'count' },
    customers: { sql: 'customer_id', type: 'countDistinct', filters: [{ sql: `${CUBE}.quantity > 0` }] },
  },
  dimensions: {
    region: { sql: 'region', type: 'string' },
    channel: { sql: 'channel', type: 'string' },
    category: { sql: 'product_category', type: 'string' },
    segment: { sql: 'customer_segment', type: 'string' },
    moment: { sql: `${CUBE}.timestamp`, type: 'time' },
  },
  preAggregations: {
    hourly: {
      measures: [net, lines],
      dimensions: [region, channel, category, segment],
      timeDimension: moment,
      granularity: 'hour',
      external: false,
      scheduledRefresh: false,
      refreshKey: { every: '1 day' },
    },
  },
});

cube('Orders', {
  sql: `SELECT order_id, MIN("timestamp") AS moment, SUM(net * rate) AS net FROM (${rated}) GROUP BY order_id`,
  measures: {
    net: { sql: 'net', type: 'sum' },
    orders: { type: 'count', filters: [{ sql: `${CUBE}.net > 0` }] },
  },
  dimensions: { moment: { sql: 'moment', type: 'time' } },
});

cube('Sessions', {
  sql: `SELECT session_id, MIN("timestamp") AS begun, BOOL_OR(event_type = 'purchase') AS bought
    FROM read_parquet('LAKE/base/events/*/*.parquet') GROUP BY session_id`,
  measures: {
    sessions: { type: 'count' },
    purchasing: { type: 'count', filters: [{ sql: `${CUBE}.bought` }] },
  },
  dimensions: { begun: { sql: 'begun', type: 'time' } },
  preAggregations: {
    hourly: {
      measures: [sessions, purchasing],
      timeDimension: begun,
      granularity: 'hour',
      external: false,
      scheduledRefresh: false,
      refreshKey: { every: '1 day' },
    },
  },
});
