// Does every case with OpenAI's own client for Node.js.
//
// Reads the errand as JSON, writes what happened as JSON. The client's retries stay at their default.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { VERSION } from 'openai/version';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const TOOL = {
  type: 'function',
  function: {
    name: 'get_order_status',
    description: 'Look up an order by its number.',
    parameters: {
      type: 'object',
      properties: { order_number: { type: 'string' } },
      required: ['order_number'],
    },
  },
};
const SCHEMA = {
  type: 'object',
  properties: { intent: { type: 'string' }, urgent: { type: 'boolean' } },
  required: ['intent', 'urgent'],
  additionalProperties: false,
};

const errand = JSON.parse(readFileSync(0, 'utf8'));
const open = (apiKey, baseURL = `${errand.url}/v1`) => new OpenAI({ apiKey, baseURL });
const client = open(errand.key);
const ask = (content, more = {}) => ({
  model: 'fine',
  messages: [{ role: 'user', content }],
  ...more,
});
const named = (name, headers = {}) => ({ headers: { 'x-case': name, ...headers } });

async function chat() {
  const reply = await client.chat.completions.create(ask('hello'), named('chat'));
  const [choice] = reply.choices;
  return {
    text: choice.message.content,
    finish: choice.finish_reason,
    tokens: reply.usage.total_tokens,
    request_id: reply._request_id,
  };
}

async function stream() {
  const options = { stream: true, stream_options: { include_usage: true } };
  const chunks = [];
  for await (const chunk of await client.chat.completions.create(
    ask('hello', options),
    named('stream'),
  )) {
    chunks.push(chunk);
  }
  const choices = chunks.flatMap((chunk) => chunk.choices);
  return {
    text: choices.map((choice) => choice.delta.content ?? '').join(''),
    finish: choices.at(-1).finish_reason,
    tokens: chunks.at(-1).usage.total_tokens,
    ids: new Set(chunks.map((chunk) => chunk.id)).size,
  };
}

async function tools() {
  const asked = ask('Where is my order JD20261120099? Please look it up.', { tools: [TOOL] });
  const [first] = (await client.chat.completions.create(asked, named('tools'))).choices;
  const [call] = first.message.tool_calls;
  asked.messages.push(first.message, {
    role: 'tool',
    tool_call_id: call.id,
    content: 'in transit',
  });
  const [second] = (await client.chat.completions.create(asked, named('tools'))).choices;
  return {
    first: first.finish_reason,
    arguments: JSON.parse(call.function.arguments),
    second: second.finish_reason,
    text: second.message.content,
  };
}

async function schema() {
  const json_schema = { name: 'ticket', strict: true, schema: SCHEMA };
  const asked = ask('Classify: where is my parcel?', {
    response_format: { type: 'json_schema', json_schema },
  });
  const reply = await client.chat.completions.create(asked, named('schema'));
  return JSON.parse(reply.choices[0].message.content);
}

async function image() {
  const content = [
    { type: 'text', text: 'What is wrong with this kettle?' },
    { type: 'image_url', image_url: { url: PIXEL } },
  ];
  const reply = await client.chat.completions.create(ask(content), named('image'));
  return { text: reply.choices[0].message.content };
}

// Read a little of a stream, leave, and wait long enough for the news to travel.
async function leave() {
  const asked = ask('tell me a long story', { model: 'patient', stream: true });
  let read = 0;
  for await (const _ of await client.chat.completions.create(asked, named('leave'))) {
    read += 1;
    if (read === 2) break;
  }
  await sleep(1000);
  return { by: Date.now() / 1000 };
}

// Wait a moment for a whole answer, and no longer.
async function give_up() {
  const options = { ...named('give_up'), timeout: 1500, maxRetries: 0 };
  try {
    await client.chat.completions.create(ask('hello', { model: 'silent' }), options);
  } catch (error) {
    if (!(error instanceof OpenAI.APIConnectionTimeoutError)) throw error;
    await sleep(1000);
    return { by: Date.now() / 1000 };
  }
  throw new Error('an answer came');
}

function describe(error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  return {
    class: error.constructor.name,
    status: error.status ?? 200,
    code: error.code,
    request_id: error.requestID ?? null,
    should_retry: error.headers?.get('x-should-retry') ?? null,
  };
}

async function oneCase(one) {
  const text = one.tool ? 'Please look up my order JD20261120099.' : 'hello';
  const body = ask(text, { model: one.model, stream: one.stream, ...one.body });
  if (one.tool) body.tools = [TOOL];
  const headers = one.timeout ? { 'x-pointsman-timeout': one.timeout } : {};
  let pieces = 0;
  try {
    const reply = await open(one.key).chat.completions.create(body, named(one.name, headers));
    if (one.stream) {
      for await (const chunk of reply) {
        const delta = chunk.choices[0]?.delta;
        if (delta?.content || delta?.tool_calls) pieces += 1;
      }
    }
  } catch (error) {
    return { error: describe(error), pieces };
  }
  return { value: 'a clean end', pieces };
}

// The same client straight at the vendor, without the gateway between them.
async function unguarded() {
  try {
    const asked = ask('hello', { model: 'gpt-6-sol!504' });
    await open('sk-test', errand.vendor_url).chat.completions.create(asked, named('unguarded'));
  } catch (error) {
    return describe(error);
  }
  throw new Error('an answer came');
}

const happy = [chat, stream, tools, schema, image, leave, give_up, unguarded];
const names = [...happy.map((each) => each.name), ...errand.cases.map((one) => one.name)];
const ends = await Promise.all([...happy.map((each) => each()), ...errand.cases.map(oneCase)]);
const told = Object.fromEntries(names.map((name, at) => [name, ends[at]]));
told.version = VERSION;
process.stdout.write(JSON.stringify(told));
