/* Kalender: fills the month that PHP has drawn, and the list beneath it, from tayang/v1/calendar. */
(function (wp, config, tayang) {
    'use strict';

    const text = tayang.text;
    const SHOWN = 4;

    function element(name, className, ...children) {
        const made = document.createElement(name);
        made.className = className;
        made.append(...children.filter((one) => one !== null && one !== ''));
        return made;
    }

    function hidden(words) {
        return element('span', 'screen-reader-text', words);
    }

    function icon() {
        const made = element('span', 'tayang-entry-icon');
        made.setAttribute('aria-hidden', 'true');
        return made;
    }

    /** "06.00 Title (estimated)", with its kind as a sign and in words: never by colour alone. */
    function entryOf(entry, withKind) {
        const kind = text(`kind_${entry.kind}`);
        const time = entry.at ? element('span', 'tayang-entry-time', tayang.clock(entry.at)) : '';
        const title = entry.estimated ? `${entry.title} (${text('estimated')})` : entry.title;
        const name = element(entry.link ? 'a' : 'span', 'tayang-entry-title', title || text('no_title'));
        if (entry.link) {
            name.href = entry.link;
            name.dataset.stop = '1';
        }
        const made = element('li', `tayang-entry is-${entry.kind}`, icon(),
            withKind ? element('span', 'tayang-entry-kind', kind) : hidden(`${kind}: `), time, name);
        made.title = `${kind}: ${title}`;
        if (withKind && entry.who) {
            made.append(element('span', 'tayang-entry-who', entry.who));
        }
        if (entry.kind === 'observance' && config.calendar.greeting_url) {
            made.append(greeting(entry, withKind));
        }
        return made;
    }

    /** For who may open one: a new greeting with the name and the date of the observance filled in. */
    function greeting(entry, withWords) {
        const link = element('a', 'tayang-greet');
        link.href = wp.url.addQueryArgs(config.calendar.greeting_url, { activity: entry.title, activity_date: entry.date });
        link.dataset.stop = '1';
        if (withWords) {
            link.append(text('new_greeting'), hidden(`: ${entry.title}`));
        } else {
            const plus = element('span', 'dashicons dashicons-plus-alt2');
            plus.setAttribute('aria-hidden', 'true');
            link.append(plus, hidden(text('new_greeting_for', entry.title)));
            link.title = text('new_greeting_for', entry.title);
        }
        return link;
    }

    function byDate(entries) {
        const days = new Map();
        entries.forEach((entry) => days.set(entry.date, (days.get(entry.date) || []).concat(entry)));
        return days;
    }

    function fillMonth(days) {
        document.querySelectorAll('.tayang-month td').forEach((cell) => {
            const entries = days.get(cell.dataset.date) || [];
            cell.querySelectorAll('ul, details').forEach((one) => one.remove());
            if (!entries.length) {
                return;
            }
            const shown = entries.length > SHOWN + 1 ? SHOWN : entries.length;
            cell.append(element('ul', '', ...entries.slice(0, shown).map((one) => entryOf(one, false))));
            if (shown < entries.length) {
                const rest = element('ul', '', ...entries.slice(shown).map((one) => entryOf(one, false)));
                cell.append(element('details', '', element('summary', '', text('more_entries', entries.length - shown)), rest));
            }
        });
    }

    function fillAgenda(days) {
        const agenda = document.querySelector('.tayang-agenda');
        const inMonth = Array.from(days.keys()).filter((date) => date.startsWith(config.calendar.month)).sort();
        agenda.replaceChildren(...inMonth.map((date) => {
            const heading = element('h3', '', tayang.day(date));
            heading.id = `tayang-day-${date}`;
            const list = element('ul', '', ...days.get(date).map((one) => entryOf(one, true)));
            list.setAttribute('aria-labelledby', heading.id);
            return element('section', 'tayang-agenda-day', heading, list);
        }));
        if (!inMonth.length) {
            agenda.append(element('p', 'tayang-empty', text('nothing_this_month')));
        }
    }

    function say(state, ...children) {
        state.className = 'tayang-calendar-state';
        state.replaceChildren(...children);
    }

    async function load(state) {
        const { from, to } = config.calendar;
        say(state, element('span', 'spinner is-active'), text('asking'));
        try {
            const answer = await wp.apiFetch({ path: wp.url.addQueryArgs('/tayang/v1/calendar', { from, to }) });
            const days = byDate(answer.entries);
            fillMonth(days);
            fillAgenda(days);
            const count = answer.entries.filter((one) => one.date.startsWith(config.calendar.month)).length;
            say(state, text('entries', count));
        } catch (error) {
            const again = element('button', 'button', text('try_again'));
            again.type = 'button';
            again.addEventListener('click', () => load(state));
            const notice = element('div', 'notice notice-warning inline', element('p', '', error.message, ' ', again));
            notice.setAttribute('role', 'alert');
            say(state, notice);
        }
    }

    /** Arrow keys go from entry to entry: left and right in the order of days, up and down by weeks. */
    function onArrow(event) {
        const at = event.target.closest('[data-stop]');
        const cells = Array.from(event.currentTarget.querySelectorAll('td'));
        const stops = (cell) => Array.from(cell.querySelectorAll('[data-stop]')).filter((one) => one.offsetParent !== null);
        const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
        if (!at || !(event.key in steps)) {
            return;
        }
        event.preventDefault();
        const step = steps[event.key];
        const here = cells.indexOf(at.closest('td'));
        const next = stops(cells[here])[stops(cells[here]).indexOf(at) + Math.sign(step)];
        if (next && Math.abs(step) === 1) {
            next.focus();
            return;
        }
        for (let cell = here + step; cell >= 0 && cell < cells.length; cell += step) {
            const there = stops(cells[cell]);
            if (there.length) {
                there[step === -1 ? there.length - 1 : 0].focus();
                return;
            }
        }
    }

    wp.domReady(() => {
        const state = document.querySelector('.tayang-calendar-state');
        if (state) {
            document.querySelector('.tayang-month').addEventListener('keydown', onArrow);
            load(state);
        }
    });
})(window.wp, window.tayangConfig, window.tayang);
