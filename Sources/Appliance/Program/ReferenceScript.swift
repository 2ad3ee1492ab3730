extension ReferencePage {
    /// Shows what `/openapi.json` says, and makes calls. Writes text only, never HTML: what answers hold stays
    /// harmless.
    static let script = #"""
        'use strict';

        const find = (id) => document.getElementById(id);

        /** An element with attributes, listeners (functions) and children. */
        function make(name, attributes = {}, ...children) {
          const element = document.createElement(name);
          for (const [key, value] of Object.entries(attributes)) {
            if (typeof value === 'function') element.addEventListener(key, value);
            else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
          }
          element.append(...children.filter((child) => child !== undefined && child !== null));
          return element;
        }

        const pretty = (value) => JSON.stringify(value, null, 2);
        const code = (text) => make('code', {}, text);
        const table = (heads, rows) => make('div', { class: 'table', tabindex: 0 }, make('table', {},
          make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col' }, head)))),
          make('tbody', {}, ...rows.map((row) => make('tr', {}, ...row.map((cell) => make('td', {}, cell)))))));

        /** A schema in a few words, types as links. */
        function inWords(schema) {
          const words = make('span');
          if (schema.$ref) {
            const name = schema.$ref.split('/').pop();
            words.append(make('a', { href: `#type-${name}` }, name));
          } else if (schema.anyOf) {
            schema.anyOf.forEach((one, index) => words.append(index ? ' or ' : '', inWords(one)));
          } else if (schema.enum) {
            words.append(schema.enum.map((word) => word === null ? 'null' : `'${word}'`).join(', '));
          } else if (schema.items) {
            words.append('list of ', inWords(schema.items));
          } else if (schema.additionalProperties) {
            words.append('object of ', inWords(schema.additionalProperties));
          } else {
            words.append([schema.type ?? 'anything'].flat().join(' or '), schema.format ? ` (${schema.format})` : '');
          }
          const limits = [
            ['minimum', 'from'], ['maximum', 'to'], ['minLength', 'at least'], ['maxLength', 'at most'],
            ['minItems', 'at least'], ['maxItems', 'at most'],
          ].filter(([key]) => schema[key] !== undefined).map(([key, word]) => `${word} ${schema[key]}`);
          if (limits.length) words.append(`, ${limits.join(' ')}`);
          return words;
        }

        function fields(schema) {
          if (!schema.properties) return make('p', {}, inWords(schema));
          const rows = Object.entries(schema.properties).map(([name, field]) => [
            code(name), inWords(field), schema.required?.includes(name) ? 'always' : 'may be left out',
            field.description ?? '',
          ]);
          return rows.length ? table(['Field', 'Is', 'There', 'About'], rows) : make('p', {}, 'No fields.');
        }

        function contentOf(part) {
          const [type, media] = Object.entries(part?.content ?? {})[0] ?? [];
          return { type, schema: media?.schema, example: media?.example };
        }

        function described(operation) {
          const body = contentOf(operation.requestBody);
          const parts = [];
          const [scope, rate] = [scopeOf(operation), operation['x-rate']];
          if (scope || rate) {
            parts.push(make('p', {}, ...(scope ? ['Needs the scope ', code(scope), '. '] : []),
              ...(rate ? ['Counts as ', code(rate), ': see 429.'] : [])));
          }
          if (operation.parameters?.length) {
            const rows = operation.parameters.map((one) => [
              code(one.name), one.in, inWords(one.schema), one.description ?? (one.required ? 'Required.' : ''),
            ]);
            parts.push(make('h3', {}, 'Parameters'), table(['Name', 'In', 'Is', 'About'], rows));
          }
          if (body.type) {
            parts.push(make('h3', {}, 'Body ', code(body.type)), fields(body.schema));
            if (body.example !== undefined) parts.push(make('pre', { tabindex: 0 }, pretty(body.example)));
          }
          parts.push(make('h3', {}, 'Answers'), table(['Status', 'About', 'Headers', 'Body'],
            Object.entries(operation.responses).map(([status, answer]) => {
              const { type, schema } = contentOf(answer);
              const heads = Object.entries(answer.headers ?? {}).map(([name, head]) =>
                make('div', {}, code(name), ` ${head.description}`));
              return [code(status), answer.description, make('div', {}, ...heads),
                type ? make('span', {}, code(type), ' ', schema ? inWords(schema) : '') : 'none'];
            })));
          const good = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
          const { example } = contentOf(good?.[1]);
          if (example !== undefined) {
            parts.push(make('h3', {}, `Example of ${good[0]}`), make('pre', { tabindex: 0 }, pretty(example)));
          }
          return parts;
        }

        const scopeOf = (operation) => operation.security?.[0] && Object.values(operation.security[0])[0][0];

        /** A form that makes the call and shows what comes back. */
        function trial(path, method, operation) {
          const body = contentOf(operation.requestBody);
          const inputs = new Map();
          const ask = (name, label, element, attributes) => {
            const id = `${operation.operationId}-${name}`;
            const input = make(element, { id, spellcheck: 'false', autocomplete: 'off', ...attributes });
            inputs.set(name, input);
            return [make('label', { for: id }, label), input];
          };
          const result = make('div', { role: 'status' });
          const button = make('button', { type: 'submit' }, 'Send');
          const form = make('form', { class: 'try', submit: send }, make('strong', {}, 'Try it'),
            ...(operation.parameters ?? []).flatMap((one) =>
              ask(one.name, `${one.name} (${one.in})`, 'input', { required: one.required })),
            ...(body.type ? ask('body', `Body (${body.type})`, 'textarea', {}) : []), button, result);
          if (body.example !== undefined) inputs.get('body').value = pretty(body.example);

          /** The path with its values, and the headers that are asked for. */
          function target() {
            const headers = {}, query = new URLSearchParams();
            let place = path;
            for (const one of operation.parameters ?? []) {
              const value = inputs.get(one.name).value;
              if (one.in === 'path') {
                // Browsers take them for steps, even encoded: the call would go to another path.
                if (value === '.' || value === '..') throw new Error(`'${value}' cannot be sent in a path`);
                place = place.replace(`{${one.name}}`, encodeURIComponent(value));
              } else if (value && one.in === 'query') {
                query.set(one.name, value);
              } else if (value) {
                headers[one.name] = value;
              }
            }
            if (find('token').value) headers.authorization = `Bearer ${find('token').value}`;
            if (body.type) headers['content-type'] = body.type;
            return [`${query}` ? `${place}?${query}` : place, headers];
          }

          async function send(event) {
            event.preventDefault();
            result.replaceChildren('…');
            button.disabled = true;
            const began = performance.now();
            try {
              const [place, headers] = target();
              const answer = await fetch(place, {
                method: method.toUpperCase(), headers, body: body.type ? inputs.get('body').value : undefined,
                credentials: 'same-origin', cache: 'no-store',
              });
              const text = await answer.text();
              const took = Math.round(performance.now() - began);
              let shown = text;
              try { shown = pretty(JSON.parse(text)); } catch { /* not JSON: as it came */ }
              const heads = [...answer.headers].map(([key, value]) => `${key}: ${value}`).join('\n');
              result.replaceChildren(
                make('p', { class: answer.ok ? '' : 'bad' }, `${answer.status} ${answer.statusText}, ${took} ms`),
                make('details', {}, make('summary', {}, 'Headers'), make('pre', { tabindex: 0 }, heads)),
                make('pre', { tabindex: 0 }, shown.slice(0, 200000) || '(no body)'));
            } catch (error) {
              result.replaceChildren(make('p', { class: 'bad' }, `No answer: ${error.message}`));
            } finally {
              button.disabled = false;
            }
          }
          return form;
        }

        function entry(path, method, operation) {
          const scope = scopeOf(operation);
          const isSocket = '101' in operation.responses;
          const details = make('details', { class: 'operation', id: operation.operationId },
            make('summary', {}, make('span', { class: 'method' }, method.toUpperCase()), code(path), ' ',
              make('span', { class: 'about' }, operation.summary), ' ',
              make('span', { class: 'scope' }, scope ?? 'open')));
          // Filled when it is opened: a hundred forms at once make a phone wait.
          details.addEventListener('toggle', () => {
            if (details.open && details.children.length === 1) {
              details.append(...described(operation), isSocket ? '' : trial(path, method, operation));
            }
          });
          details.words = [method, path, operation.summary, scope ?? 'open', operation.operationId]
            .join(' ').toLowerCase();
          return details;
        }

        function openNamed() {
          const target = find(location.hash.slice(1));
          if (target?.tagName !== 'DETAILS') return;
          target.open = true;
          target.scrollIntoView();
        }

        function search() {
          const words = find('search').value.toLowerCase().split(/\s+/).filter(Boolean);
          let count = 0;
          for (const area of find('operations').children) {
            let some = false;
            for (const details of area.querySelectorAll('details.operation')) {
              details.hidden = !words.every((word) => details.words.includes(word));
              if (!details.hidden) { some = true; count += 1; }
            }
            area.hidden = !some;
          }
          find('found').textContent = words.length ? `${count} found` : '';
        }

        async function start() {
          const token = find('token');
          token.value = sessionStorage.getItem('token') ?? '';
          token.addEventListener('input', () => sessionStorage.setItem('token', token.value));
          find('forget').addEventListener('click', () => { token.value = ''; sessionStorage.removeItem('token'); });
          find('who').addEventListener('submit', (event) => event.preventDefault());
          find('search').addEventListener('input', search);
          const api = await (await fetch('/openapi.json')).json();
          find('version').textContent = api.info.version;
          find('about').prepend(`${api.info.description} `);
          const areas = new Map(api.tags.map((tag) => [tag.name, make('section', { id: `area-${tag.name}` },
            make('h2', {}, tag.name))]));
          for (const [path, operations] of Object.entries(api.paths)) {
            for (const [method, operation] of Object.entries(operations)) {
              for (const [status, answer] of Object.entries(operation.responses)) {
                if (answer.$ref) operation.responses[status] = api.components.responses[answer.$ref.split('/').pop()];
              }
              areas.get(operation.tags[0]).append(entry(path, method, operation));
            }
          }
          for (const [name, area] of areas) {
            find('areas').append(make('a', { href: `#${area.id}` }, name));
            find('operations').append(area);
          }
          const types = Object.entries(api.components.schemas).map(([name, schema]) => make(
            'details', { class: 'type', id: `type-${name}` }, make('summary', {}, code(name)), fields(schema)));
          find('types').append(make('h2', {}, 'Types'), ...types);
          find('operations').removeAttribute('aria-busy');
          addEventListener('hashchange', openNamed);
          openNamed();
        }

        start().catch((error) => { find('found').textContent = `openapi.json could not be read: ${error.message}`; });

        """#
}
