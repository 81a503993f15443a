<?php

use Tayang\Ui\Admin_Bar;
use Tayang\Ui\Assignment_Page;
use Tayang\Ui\Calendar_Page;
use Tayang\Ui\Case_Column;
use Tayang\Ui\Cases_Page;

/** The lists of posts, the admin bar and the pages that are made by the server. */
final class ListScreensTest extends TayangTestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        foreach (['author' => 'penyusun', 'editor' => 'kasubbag', 'admin' => 'sekretaris'] as $login => $role) {
            update_user_meta($this->user($login), 'tayang_roles', [$role]);
            delete_user_option($this->user($login), 'tayang_waiting');
        }
        wp_set_current_user($this->user('author'));
    }

    protected function tearDown(): void
    {
        remove_all_filters('pre_get_posts');
        $changed = new ReflectionProperty(Tayang\Capabilities::class, 'changed');
        $changed->setAccessible(true);
        $changed->setValue(self::plugin()->capabilities, []);
        parent::tearDown();
    }

    private function cell(int $post_id): string
    {
        ob_start();
        (new Case_Column())->cell('tayang', $post_id);
        return (string) ob_get_clean();
    }

    /** @return array<int, int> What the list shows with a choice of the filter. */
    private function listed(string $filter): array
    {
        $_GET['tayang'] = $filter;
        $column = new Case_Column();
        add_action('pre_get_posts', [$column, 'narrow']);
        $query = $GLOBALS['wp_the_query'] = new WP_Query();
        $ids = $query->query(['post_type' => 'post', 'fields' => 'ids', 'posts_per_page' => -1, 'orderby' => 'ID', 'order' => 'ASC',
            'post_status' => array_keys(get_post_stati(['show_in_admin_all_list' => true]))]);
        remove_all_filters('pre_get_posts');
        return array_map('intval', $ids);
    }

    public function testTheColumnSaysStepRolePersonAndTime(): void
    {
        $mine = $this->cell($this->make_case(2, 'author', ['due_at' => gmdate('c', time() - 120)]));
        self::assertStringContainsString('Langkah 2 dari 4', $mine);
        self::assertStringContainsString('Kasubbag: Rina', $mine);
        self::assertStringContainsString('is-mine', $mine);
        self::assertMatchesRegularExpression('/tayang-late.*dashicons-warning.*Terlambat 2 mnt/s', $mine);
        $others = $this->cell($this->make_case(3, 'author', ['due_at' => gmdate('c', time() + 7200)]));
        self::assertStringNotContainsString('is-mine', $others);
        self::assertStringNotContainsString('tayang-late', $others);
        self::assertStringContainsString('Tanpa kasus', $this->cell($this->make_post()));
    }

    public function testWhatIsShownIsEscaped(): void
    {
        self::assertStringContainsString('&lt;b&gt;', $this->cell($this->make_case(2, 'author', ['who' => '<b>Rina</b>'])));
    }

    public function testAListCostsNoQueryPerRow(): void
    {
        $ids = [];
        for ($no = 0; $no < 12; $no++) {
            $ids[] = $this->make_case(2 + $no % 2, 'author', ['due_at' => '2026-11-26T03:00:00+00:00']);
        }
        wp_cache_flush();
        self::plugin()->sop->statuses();
        $GLOBALS['wp_query'] = $GLOBALS['wp_the_query'] = new WP_Query(['post__in' => $ids, 'post_status' => ['tyg_pemberitaan_2', 'tyg_pemberitaan_3'], 'posts_per_page' => -1]);
        self::assertCount(12, $GLOBALS['wp_query']->posts);
        wp_get_current_user();
        $before = $GLOBALS['wpdb']->num_queries;
        $column = new Case_Column();
        ob_start();
        foreach ($ids as $id) {
            $column->cell('tayang', $id);
        }
        ob_end_clean();
        self::assertLessThanOrEqual(1, $GLOBALS['wpdb']->num_queries - $before);
    }

    public function testTheFilterNarrowsTheList(): void
    {
        $mine = $this->make_case(2, 'author');
        $late = $this->make_case(3, 'author', ['due_at' => gmdate('c', time() - 60)]);
        $without = $this->make_post();
        $published = $this->make_case(4, 'author');
        self::plugin()->cases->set_published($published, ['case_id' => md5("case $published"), 'content_sha256' => '', 'published_at' => '2026-11-26T03:00:00Z']);
        $made = [$mine, $late, $without, $published];
        $expected = ['' => $made, 'mine' => [$mine], 'late' => [$late], 'none' => [$without], 'published' => [$published],
            'tyg_pemberitaan_3' => [$late], 'nonsense' => $made];
        foreach ($expected as $filter => $ids) {
            self::assertSame($ids, array_values(array_intersect($this->listed($filter), $made)), $filter);
        }
    }

    public function testTheAdminBarCountsAndLeadsToTheTasks(): void
    {
        require_once ABSPATH . WPINC . '/class-wp-admin-bar.php';
        for ($no = 0; $no < 7; $no++) {
            $last = $this->make_case(2, 'author', ['due_at' => gmdate('c', time() + 60 * (10 - $no))]);
        }
        $bar = new WP_Admin_Bar();
        (new Admin_Bar())->add($bar);
        self::assertStringContainsString('tugas menunggu Anda', $bar->get_node('tayang-tasks')->title);
        $tasks = array_filter($bar->get_nodes(), static fn($node) => str_starts_with($node->id, 'tayang-task-'));
        self::assertCount(5, $tasks);
        self::assertSame("tayang-task-$last", array_key_first($tasks), 'first due first');
        self::assertStringContainsString('action=edit', $tasks["tayang-task-$last"]->href, 'who writes is led to the text');
        self::assertStringEndsWith('page=tayang', $bar->get_node('tayang-all-tasks')->href);
    }

    public function testWhoHasNoPartGetsNoBar(): void
    {
        require_once ABSPATH . WPINC . '/class-wp-admin-bar.php';
        wp_set_current_user($this->user('contributor'));
        $bar = new WP_Admin_Bar();
        (new Admin_Bar())->add($bar);
        self::assertNull($bar->get_nodes());
    }

    public function testTasksWithoutAServerAreWhatWordPressKnows(): void
    {
        $id = $this->make_case(2, 'author', ['due_at' => gmdate('c', time() + 600)]);
        ob_start();
        (new Cases_Page())->render();
        $page = (string) ob_get_clean();
        self::assertStringContainsString('Berikut daftar terakhir yang diketahui WordPress.', $page);
        self::assertStringContainsString("page=tayang-case&#038;post=$id", $page);
        self::assertStringContainsString('Susun dan ajukan', $page);
    }

    public function testTheCalendarsWeeksBeginOnMonday(): void
    {
        $_GET['month'] = '2027-03';
        ob_start();
        (new Calendar_Page())->render();
        $page = (string) ob_get_clean();
        self::assertMatchesRegularExpression('/<tr><td data-date="2027-03-01"/', $page);
        self::assertStringContainsString('data-date="2027-04-04"', $page);
        self::assertStringNotContainsString('data-date="2027-04-05"', $page);
        self::assertStringContainsString('month=2027-02', $page);
        self::assertStringContainsString('month=2027-04', $page);
        $_GET['month'] = '"><script>';
        ob_start();
        (new Calendar_Page())->render();
        self::assertStringContainsString('is-today', (string) ob_get_clean(), 'anything else is this month');
    }

    public function testTheFormIsForOpenersAndEscapesWhatTheAddressFillsIn(): void
    {
        ob_start();
        (new Assignment_Page())->render();
        self::assertStringNotContainsString('<form', (string) ob_get_clean());
        wp_set_current_user($this->user('admin'));
        ob_start();
        (new Assignment_Page())->render();
        $page = (string) ob_get_clean();
        self::assertStringContainsString('<option value="Divisi Hukum dan Pengawasan">', $page);
        self::assertStringContainsString('activity=Idul+Fitri', str_replace('%20', '+', Assignment_Page::url(['activity' => 'Idul Fitri'])));
    }
}
