/* The dashboard's widget: what goes live next and what was published, after the page stands. */
(function (wp, config, tayang) {
    'use strict';

    const text = tayang.text;
    const SHOWN = 5;

    function line(entry) {
        const item = document.createElement('li');
        const link = document.createElement('a');
        link.href = entry.link;
        link.textContent = entry.title || text('no_title');
        const when = document.createElement('span');
        when.textContent = entry.at ? tayang.moment(entry.at) : tayang.day(entry.date);
        item.append(link, when);
        return item;
    }

    function show(part, entries, nothing) {
        const place = document.querySelector(`[data-tayang-publications=${part}]`);
        const made = document.createElement(entries.length ? 'ul' : 'p');
        made.className = entries.length ? 'tayang-dash-list' : 'tayang-muted';
        if (entries.length) {
            made.append(...entries.slice(0, SHOWN).map(line));
        } else {
            made.textContent = nothing;
        }
        place.replaceChildren(made);
    }

    async function load() {
        const { from, to } = config.dashboard;
        const when = (entry) => entry.at || entry.date;
        try {
            const { entries } = await wp.apiFetch({ path: wp.url.addQueryArgs('/tayang/v1/calendar', { from, to }) });
            const sorted = entries.slice().sort((a, b) => (when(a) < when(b) ? -1 : 1));
            show('next', sorted.filter((one) => one.kind === 'planned' || one.kind === 'publishing'), text('nothing_next'));
            show('recent', sorted.filter((one) => one.kind === 'published').reverse(), text('nothing_recent'));
        } catch (error) {
            show('next', [], error.message);
            show('recent', [], '–');
        }
    }

    wp.domReady(() => {
        if (document.querySelector('[data-tayang-publications]')) {
            load();
        }
    });
})(window.wp, window.tayangConfig, window.tayang);
