/* Tugas saya: the page is made by the server; this only says when the list has changed since, and never moves it. */
(function (wp, tayang) {
    'use strict';

    const text = tayang.text;
    const LOOK_MS = 60000;

    const shown = () => Array.from(document.querySelectorAll('.tayang-table [data-case]')).map((row) => row.dataset.case).join();

    function offer() {
        const heading = document.querySelector('.wp-header-end');
        const notice = document.createElement('div');
        notice.className = 'notice notice-info inline tayang-changed';
        notice.setAttribute('role', 'status');
        const link = document.createElement('a');
        link.href = window.location.href;
        link.textContent = text('show_new_list');
        const words = document.createElement('p');
        words.append(text('list_changed'), ' ', link);
        notice.append(words);
        heading.after(notice);
    }

    async function look() {
        if (document.hidden || document.querySelector('.tayang-changed')) {
            return;
        }
        const page = new URLSearchParams(window.location.search).get('paged') || 1;
        try {
            const answer = await wp.apiFetch({ path: wp.url.addQueryArgs('/tayang/v1/tasks', { page }) });
            if (answer.cases.map((one) => one.case_id).join() !== shown()) {
                offer();
            }
        } catch (error) {
            // The list stays as it was made; whoever loads the page again is told.
        }
    }

    wp.domReady(() => {
        if (document.querySelector('.tayang-tasks-page')) {
            window.setInterval(look, LOOK_MS);
            document.addEventListener('visibilitychange', look);
        }
    });
})(window.wp, window.tayang);
