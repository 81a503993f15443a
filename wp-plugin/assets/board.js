/* Papan kerja: the open cases of one procedure by step. The filters are the address; cards are links, reached by arrow keys. */
(function (wp, config, tayang) {
    'use strict';

    const { createElement: e, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } = wp.element;
    const text = tayang.text;
    const PER_PAGE = 20;
    const REFRESH_MS = 60000;
    const TYPING_MS = 400;
    const FILTERS = ['procedure', 'role', 'person', 'division', 'mine', 'late', 'search'];
    const NONE = { role: '', person: '', division: '', mine: '', late: '', search: '' };

    // The address. "s" is what wp-admin calls a search everywhere.
    const nameInAddress = (filter) => (filter === 'search' ? 's' : filter);

    function filtersOfAddress() {
        const given = new URLSearchParams(window.location.search);
        const filters = {};
        FILTERS.forEach((name) => { filters[name] = given.get(nameInAddress(name)) || ''; });
        const known = config.board.procedures.some((one) => one.key === filters.procedure);
        return known ? filters : Object.assign(filters, { procedure: config.board.procedures[0].key });
    }

    function addressOf(filters) {
        const query = {};
        FILTERS.filter((name) => filters[name]).forEach((name) => { query[nameInAddress(name)] = filters[name]; });
        return wp.url.addQueryArgs(config.board.base, query);
    }

    function ask(filters, more, signal) {
        const query = { per_page: PER_PAGE };
        FILTERS.filter((name) => filters[name]).forEach((name) => { query[name] = filters[name]; });
        return wp.apiFetch({ path: wp.url.addQueryArgs('/tayang/v1/board', Object.assign(query, more)), signal });
    }

    /** One more page of a column, put behind what is there. A case that moved in between stands once. */
    function joined(column, next) {
        const shown = new Set(column.cases.map((one) => one.case_id));
        return Object.assign({}, column, next, {
            cases: column.cases.concat(next.cases.filter((one) => !shown.has(one.case_id))),
            page: column.page + 1,
        });
    }

    /** The whole board as far as the reader has opened it: `pages` of each column. */
    async function askAll(filters, pages, signal) {
        const answer = await ask(filters, {}, signal);
        const columns = await Promise.all(answer.columns.map(async (first) => {
            let column = Object.assign({ page: 1 }, first);
            for (let page = 2; page <= Math.min(pages[column.key] || 1, column.pages || 1); page += 1) {
                const next = await ask(filters, { column: column.key, page }, signal);
                column = joined(column, next.columns[0]);
            }
            return column;
        }));
        return Object.assign({}, answer, { columns });
    }

    /* Parts */

    const icon = (name) => e('span', { className: `dashicons dashicons-${name}`, 'aria-hidden': true });
    const mark = (kind, label) => e('span', { key: kind, className: `tayang-mark is-${kind}` }, label);

    function Time({ card, now }) {
        const published = card.published_at;
        if (published) {
            return e('p', { className: 'tayang-left' }, icon('yes-alt'), ' ', text('published_at', tayang.moment(published)));
        }
        if (card.publish_at && new Date(card.publish_at).getTime() > now) {
            return e('p', { className: 'tayang-left' }, icon('calendar-alt'), ' ', text('publishes_at', tayang.moment(card.publish_at)));
        }
        const due = card.activity && card.activity.due_at;
        if (!due) {
            return null;
        }
        const left = tayang.left(due, now);
        return e('p', { className: `tayang-left${left.late ? ' tayang-late' : ''}` }, icon(left.late ? 'warning' : 'clock'), ' ', left.text);
    }

    const personName = (one) => (one.acting_for_name ? text('acting', one.name, one.acting_for_name) : one.name);

    function occasionName(card) {
        const procedure = config.board.procedures.find((one) => one.key === card.procedure.key);
        const occasion = procedure && procedure.occasions.find((one) => one.key === card.occasion);
        return occasion ? occasion.name : card.occasion;
    }

    function Card({ card, now, stop }) {
        const activity = card.activity || {};
        const people = card.may_act.length ? card.may_act.map(personName).join(', ') : card.who;
        const marks = [
            card.mine && mark('mine', text('your_turn_mark')),
            (card.problems > 0 || card.stuck) && mark('stuck', text(card.problems > 0 ? 'problem' : 'stuck')),
            activity.attempt > 1 && mark('attempt', text('attempt_mark', activity.attempt)),
            card.corrects && mark('correction', text('correction')),
        ].filter(Boolean);
        const belongs = [occasionName(card), card.division].filter(Boolean).join(' · ');
        const classes = ['tayang-kcard', card.mine ? 'is-mine' : '', card.problems > 0 || card.stuck ? 'is-stuck' : ''].filter(Boolean).join(' ');
        return e('li', { className: classes, 'data-case': card.case_id },
            e('h3', null, e('a', Object.assign({ href: card.link }, stop), card.title || text('no_title'))),
            belongs && e('p', { className: 'tayang-kcard-of' }, belongs),
            people && e('p', { className: 'tayang-kcard-who' }, icon('admin-users'), ' ', people),
            e(Time, { card, now }),
            marks.length > 0 && e('p', { className: 'tayang-marks' }, marks),
            card.stuck_reason && e('p', { className: 'tayang-kcard-why' }, card.stuck_reason));
    }

    function nameOf(column) {
        return column.no ? column.name : text(`${column.key}_column`);
    }

    function Column({ column, open, toggle, more, loading, now, stopOf }) {
        const id = `tayang-column-${column.key}`;
        const rest = column.count - column.cases.length;
        return e('section', { className: `tayang-column${open ? '' : ' is-closed'} is-${column.kind || column.key}`, 'aria-labelledby': id, 'data-column': column.key },
            e('h2', { id },
                e('button', Object.assign({ type: 'button', 'aria-expanded': open, 'aria-controls': `${id}-cases`, onClick: toggle }, stopOf('head')),
                    column.no ? e('span', { className: 'tayang-column-no' }, column.no) : icon(column.key === 'published' ? 'yes-alt' : 'update'),
                    e('span', { className: 'tayang-column-name' }, nameOf(column)),
                    e('span', { className: 'tayang-column-count' }, column.count),
                    column.late > 0 && e('span', { className: 'tayang-column-late tayang-late' }, icon('warning'), ' ', text('late_count', column.late)))),
            e('div', { id: `${id}-cases`, className: 'tayang-column-body', hidden: !open },
                e('p', { className: 'tayang-column-role' }, column.no ? column.role_name : column.key === 'published' ? text('last_days') : ''),
                column.cases.length
                    ? e('ol', { className: 'tayang-kcards' }, column.cases.map((card) => e(Card, { key: card.case_id, card, now, stop: stopOf(card.case_id) })))
                    : e('p', { className: 'tayang-column-empty' }, text('empty_column')),
                rest > 0 && column.page < (column.pages || 1) && e('button', Object.assign({
                    type: 'button', className: 'button tayang-more', 'aria-disabled': loading, onClick: more,
                }, stopOf('more')), text('load_more', rest))));
    }

    function Select({ id, label, value, any, options, onChange }) {
        return e('div', { className: 'tayang-filter' },
            e('label', { htmlFor: id }, label),
            e('select', { id, value, onChange: (event) => onChange(event.target.value) },
                any && e('option', { value: '' }, any),
                options.map((one) => e('option', { key: one.key, value: one.key }, one.name))));
    }

    function Filters({ filters, divisions, change }) {
        const [typed, setTyped] = useState(filters.search);
        const [shown, setShown] = useState(false);
        const used = Object.keys(NONE).filter((name) => filters[name]).length;
        const timer = useRef(0);
        useEffect(() => setTyped(filters.search), [filters.search]);
        const search = (value, now) => {
            setTyped(value);
            window.clearTimeout(timer.current);
            timer.current = window.setTimeout(() => change({ search: value.trim() }, !now), now ? 0 : TYPING_MS);
        };
        const procedure = config.board.procedures.find((one) => one.key === filters.procedure);
        const all = Array.from(new Set([...config.board.divisions, ...divisions]));
        const check = (name, label) => e('label', { className: 'tayang-check', htmlFor: `tayang-f-${name}` },
            e('input', {
                type: 'checkbox', id: `tayang-f-${name}`, checked: filters[name] === '1',
                onChange: (event) => change({ [name]: event.target.checked ? '1' : '' }),
            }), ' ', label);
        // On a phone the fields are folded away behind the button; on a desktop the button is not there.
        return e('div', null,
            e('button', {
                type: 'button', className: 'button tayang-filters-toggle', 'aria-expanded': shown, 'aria-controls': 'tayang-filters',
                onClick: () => setShown(!shown),
            }, icon('filter'), ' ', used ? text('filters_used', used) : text('filters')),
            e('form', { id: 'tayang-filters', className: `tayang-filters${shown ? ' is-shown' : ''}`, role: 'search', onSubmit: (event) => { event.preventDefault(); search(typed, true); } },
            e(Select, { id: 'tayang-f-role', label: text('role'), value: filters.role, any: text('any_role'), options: procedure.roles, onChange: (role) => change({ role }) }),
            e(Select, {
                id: 'tayang-f-person', label: text('person'), value: filters.person, any: text('any_person'),
                options: config.board.people.map((one) => ({ key: String(one.id), name: one.name })), onChange: (person) => change({ person }),
            }),
            e(Select, {
                id: 'tayang-f-division', label: text('division'), value: filters.division, any: text('any_division'),
                options: all.map((name) => ({ key: name, name })), onChange: (division) => change({ division }),
            }),
            e('div', { className: 'tayang-filter is-search' },
                e('label', { htmlFor: 'tayang-f-search' }, text('search')),
                e('input', { type: 'search', id: 'tayang-f-search', value: typed, maxLength: 200, onChange: (event) => search(event.target.value, false) })),
            e('div', { className: 'tayang-filter is-checks' },
                check('mine', text('mine')), check('late', text('late_only')),
                used > 0 && e('button', { type: 'button', className: 'button-link', onClick: () => change(NONE) }, text('reset')))));
    }

    function Tabs({ filters, go }) {
        if (config.board.procedures.length < 2) {
            return null;
        }
        return e('nav', { className: 'nav-tab-wrapper', 'aria-label': text('procedure') }, config.board.procedures.map((one) => {
            const current = one.key === filters.procedure;
            const next = Object.assign({}, filters, { procedure: one.key, role: '' });
            return e('a', {
                key: one.key, href: addressOf(next), className: `nav-tab${current ? ' nav-tab-active' : ''}`,
                'aria-current': current ? 'page' : undefined,
                onClick: (event) => {
                    if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
                        event.preventDefault();
                        go(next);
                    }
                },
            }, one.name);
        }));
    }

    /* Keyboard: one stop for Tab; arrows move between the stops of a column and between columns. */

    const stopsOf = (column) => Array.from(column.querySelectorAll('[data-stop]')).filter((one) => one.offsetParent !== null);

    function onArrow(event) {
        const at = event.target.closest('[data-stop]');
        if (!at || event.altKey || event.ctrlKey || event.metaKey) {
            return;
        }
        const columns = Array.from(event.currentTarget.querySelectorAll('.tayang-column'));
        const column = columns.indexOf(at.closest('.tayang-column'));
        const stops = stopsOf(columns[column]);
        const row = stops.indexOf(at);
        const beside = (step) => {
            const next = columns[column + step];
            const there = next ? stopsOf(next) : [];
            return there[Math.min(row, there.length - 1)];
        };
        const target = {
            ArrowDown: () => stops[row + 1],
            ArrowUp: () => stops[row - 1],
            ArrowRight: () => beside(1),
            ArrowLeft: () => beside(-1),
            Home: () => stopsOf(columns[0])[0],
            End: () => stopsOf(columns[columns.length - 1])[0],
        }[event.key];
        const found = target && target();
        if (target) {
            event.preventDefault();
        }
        if (found) {
            found.focus();
            found.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        }
    }

    /** Keeps one stop in the order of Tab, and the place of the focus when the focused case leaves the board. */
    function useStops(columns) {
        const [at, setAt] = useState('');
        const place = useRef(null);
        const board = useRef(null);
        const names = columns.flatMap((column) => [`${column.key}/head`, ...column.cases.map((one) => `${column.key}/${one.case_id}`), `${column.key}/more`]);
        const first = columns.find((column) => column.cases.length);
        const active = names.includes(at) ? at : first ? `${first.key}/${first.cases[0].case_id}` : names[0];
        const stopOf = (column) => (name) => ({
            'data-stop': name,
            tabIndex: `${column.key}/${name}` === active ? 0 : -1,
            onFocus: (event) => {
                setAt(`${column.key}/${name}`);
                const section = event.target.closest('.tayang-column');
                place.current = { column: column.key, row: stopsOf(section).indexOf(event.target) };
            },
        });
        const left = (event) => {
            if (event.relatedTarget) {
                place.current = null;
            }
        };
        useLayoutEffect(() => {
            const lost = place.current && board.current && document.activeElement === document.body;
            const section = lost && board.current.querySelector(`[data-column="${place.current.column}"]`);
            const stops = section ? stopsOf(section) : [];
            if (stops.length) {
                stops[Math.min(place.current.row, stops.length - 1)].focus({ preventScroll: true });
            }
        }, [columns]);
        return { board, stopOf, left };
    }

    /** Columns that stand open at first: all with cases; on a phone those with the reader's own, else the first one. */
    function firstToOpen(columns) {
        const filled = columns.filter((column) => column.count > 0);
        const mine = filled.filter((column) => column.cases.some((one) => one.mine));
        const isPhone = window.matchMedia('(max-width: 782px)').matches;
        return (isPhone ? (mine.length ? mine : filled.slice(0, 1)) : filled).map((column) => column.key);
    }

    function Columns({ answer, now, showMore, loading }) {
        const [toggled, setToggled] = useState({});
        const { board, stopOf, left } = useStops(answer.columns);
        const first = useMemo(() => firstToOpen(answer.columns), [answer]);
        const isOpen = (column) => (column.key in toggled ? toggled[column.key] : first.includes(column.key));
        return e('div', {
            ref: board, className: 'tayang-board', role: 'group', 'aria-label': text('board'), 'aria-describedby': 'tayang-board-keys',
            onKeyDown: onArrow, onBlur: left,
        }, answer.columns.map((column) => e(Column, {
            key: column.key, column, now, open: isOpen(column), loading: loading === column.key,
            toggle: () => setToggled(Object.assign({}, toggled, { [column.key]: !isOpen(column) })),
            more: () => showMore(column), stopOf: stopOf(column),
        })));
    }

    function Board() {
        const [filters, setFilters] = useState(filtersOfAddress);
        const [answer, setAnswer] = useState(null);
        const [error, setError] = useState('');
        const [loading, setLoading] = useState('board');
        const [now, setNow] = useState(Date.now);
        const latest = useRef({ answer: null, ticket: 0 });
        latest.current.answer = answer;

        /** `quiet`: the board renews itself; nothing is read aloud, and a failure leaves what is shown. */
        const load = useCallback(async (wanted, quiet) => {
            const ticket = latest.current.ticket += 1;
            const pages = {};
            (quiet && latest.current.answer ? latest.current.answer.columns : []).forEach((one) => { pages[one.key] = one.page; });
            if (!quiet) {
                setLoading('board');
            }
            try {
                const found = await askAll(wanted, pages);
                if (ticket !== latest.current.ticket) {
                    return;
                }
                setAnswer(found);
                setNow(Date.now());
                setError('');
                if (!quiet) {
                    wp.a11y.speak(sumOf(found));
                }
            } catch (failure) {
                if (ticket === latest.current.ticket) {
                    setError(failure.message);
                }
            }
            if (ticket === latest.current.ticket) {
                setLoading('');
            }
        }, []);

        useEffect(() => { load(filters, false); }, [filters]);

        useEffect(() => {
            const back = () => setFilters(filtersOfAddress());
            window.addEventListener('popstate', back);
            return () => window.removeEventListener('popstate', back);
        }, []);

        useEffect(() => {
            const renew = () => { if (!document.hidden) { load(filters, true); } };
            const timer = window.setInterval(renew, REFRESH_MS);
            document.addEventListener('visibilitychange', renew);
            return () => {
                window.clearInterval(timer);
                document.removeEventListener('visibilitychange', renew);
            };
        }, [filters]);

        const go = (next, replace) => {
            window.history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(next));
            setFilters(next);
        };
        const change = (some, replace) => {
            const next = Object.assign({}, filters, some);
            if (addressOf(next) !== addressOf(filters)) {
                go(next, replace);
            }
        };

        const showMore = async (column) => {
            if (loading) {
                return;
            }
            setLoading(column.key);
            const ticket = latest.current.ticket;
            try {
                const next = await ask(filters, { column: column.key, page: column.page + 1 });
                if (ticket === latest.current.ticket) {
                    setAnswer((before) => Object.assign({}, before, {
                        columns: before.columns.map((one) => (one.key === column.key ? joined(one, next.columns[0]) : one)),
                    }));
                    focusOn(column.key, column.cases.length);
                }
            } catch (failure) {
                setError(failure.message);
                wp.a11y.speak(failure.message, 'assertive');
            }
            setLoading('');
        };

        const total = useMemo(() => (answer ? answer.columns.reduce((sum, one) => sum + one.count, 0) : 0), [answer]);
        return e('div', null,
            e(Tabs, { filters, go }),
            e(Filters, { filters, divisions: (answer && answer.divisions) || [], change }),
            error && e('div', { className: 'notice notice-warning inline', role: 'alert' },
                e('p', null, error, ' ', e('button', { type: 'button', className: 'button', onClick: () => load(filters, false) }, text('try_again')))),
            e('div', { className: 'tayang-board-state' },
                e('p', null, answer ? sumOf(answer) : ''),
                e('p', { id: 'tayang-board-keys', className: 'tayang-muted tayang-keys' }, text('keys')),
                e('p', { className: 'tayang-muted tayang-as-of' },
                    loading && e('span', { className: 'spinner is-active' }),
                    answer && text('as_of', tayang.clock(answer.as_of)), ' ',
                    e('button', { type: 'button', className: 'button button-small', onClick: () => load(filters, false) }, text('refresh')))),
            answer && total === 0 && e('div', { className: 'tayang-empty' }, icon('search'), e('p', null, text('no_cases'))),
            answer && total > 0 && e(Columns, { key: filters.procedure, answer, now, showMore, loading }));
    }

    /** After "show more", the keyboard goes on at the first case that came. */
    function focusOn(column, row) {
        window.requestAnimationFrame(() => {
            const link = document.querySelectorAll(`[data-column="${column}"] .tayang-kcard a`)[row];
            if (link) {
                link.focus();
            }
        });
    }

    function sumOf(answer) {
        const steps = answer.columns.filter((one) => one.no);
        const sum = (name) => steps.reduce((total, one) => total + one[name], 0);
        const open = text('cases_open', sum('count'));
        return sum('late') ? `${open}, ${text('cases_late', sum('late'))}` : open;
    }

    wp.domReady(() => {
        const place = document.getElementById('tayang-board');
        if (!place) {
            return;
        }
        // 6.1 has no createRoot yet.
        if (wp.element.createRoot) {
            wp.element.createRoot(place).render(e(Board));
        } else {
            wp.element.render(e(Board), place);
        }
    });
})(window.wp, window.tayangConfig, window.tayang);
